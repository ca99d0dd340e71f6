#include "recognition/recognizer.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace glyphd {
namespace {

// Below this the likeliest label is more often wrong than right.
constexpr float kReadable = 0.4F;
constexpr std::size_t kAlternatives = 3;

// Measures the time from one call to the next.
class Stopwatch {
 public:
  std::chrono::microseconds Lap() {
    const auto now = std::chrono::steady_clock::now();
    const auto lap = std::chrono::duration_cast<std::chrono::microseconds>(now - last_);
    last_ = now;
    return lap;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::vector<GlyphImage> AllGlyphs(std::span<const PreparedPicture> pictures) {
  std::vector<GlyphImage> glyphs;
  for (const PreparedPicture& picture : pictures) {
    for (const InkLine& line : picture.ink.lines) {
      for (const Mark& mark : line.marks) glyphs.push_back(mark.image);
    }
  }
  return glyphs;
}

// The labels' indices, the likeliest first, as many as a glyph shows.
std::vector<std::size_t> Ranked(std::span<const float> probabilities) {
  std::vector<std::size_t> ranked(probabilities.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  const std::size_t shown = std::min(ranked.size(), kAlternatives + 1);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(shown),
                    ranked.end(), [&](std::size_t one, std::size_t other) {
                      return probabilities[one] != probabilities[other]
                                 ? probabilities[one] > probabilities[other]
                                 : one < other;
                    });
  ranked.resize(shown);
  return ranked;
}

// Turns probabilities into glyphs, one mark after the other.
class GlyphReader {
 public:
  GlyphReader(const std::vector<std::string>& labels, std::span<const float> probabilities)
      : labels_(labels), rest_(probabilities) {}

  Glyph Next(const Box& box) {
    const auto probabilities = rest_.first(labels_.size());
    rest_ = rest_.subspan(labels_.size());
    const std::vector<std::size_t> ranked = Ranked(probabilities);
    Glyph glyph;
    glyph.box = box;
    glyph.confidence = probabilities[ranked.front()];
    const bool readable = probabilities[ranked.front()] >= kReadable;
    if (readable) {
      glyph.label = labels_[ranked.front()];
    } else {
      glyph.reason = "unreadable";
    }
    // What is unreadable shows its best guess as the first alternative.
    for (std::size_t i = readable ? 1 : 0; i < ranked.size(); ++i) {
      if (glyph.alternatives.size() == kAlternatives) break;
      glyph.alternatives.push_back({labels_[ranked[i]], probabilities[ranked[i]]});
    }
    return glyph;
  }

 private:
  const std::vector<std::string>& labels_;
  std::span<const float> rest_;
};

Reading Compose(const FoundInk& ink, GlyphReader& reader, double review_below) {
  Reading reading;
  for (const InkLine& found : ink.lines) {
    Line line;
    for (const Mark& mark : found.marks) line.glyphs.push_back(reader.Next(mark.box));
    reading.lines.push_back(std::move(line));
  }
  for (const RejectedMark& rejected : ink.rejected) {
    reading.rejected.push_back({rejected.box, rejected.reason});
  }
  ComposeText(reading, review_below);
  return reading;
}

}  // namespace

Recognizer::Recognizer(std::shared_ptr<const Classifier> classifier, double review_below)
    : classifier_(std::move(classifier)), review_below_(review_below) {
  if (!classifier_ || classifier_->labels().empty()) {
    AbortBecause("a recognizer needs a classifier that knows a label");
  }
}

Result<PreparedPicture> Recognizer::Prepare(ByteView bytes, const ReadOptions& options) const {
  Stopwatch watch;
  PreparedPicture prepared;
  Result<PictureHeader> header = InspectPicture(bytes, options.limits);
  if (!header) return std::move(header).error();
  prepared.header = *header;
  const Result<Picture> picture = DecodePicture(bytes, options.limits);
  if (!picture) return picture.error();
  prepared.decode_time = watch.Lap();
  prepared.ink = FindInk(*picture, options.layout);
  prepared.ink_time = watch.Lap();
  return prepared;
}

Result<std::vector<Reading>> Recognizer::ReadPrepared(
    std::span<const PreparedPicture> pictures) const {
  const std::vector<GlyphImage> glyphs = AllGlyphs(pictures);
  std::vector<float> probabilities(glyphs.size() * classifier_->labels().size());
  if (!glyphs.empty()) {
    Status classified = classifier_->Classify(glyphs, probabilities);
    if (!classified) return std::move(classified).error().During("classify the marks");
  }
  GlyphReader reader(classifier_->labels(), probabilities);
  std::vector<Reading> readings;
  readings.reserve(pictures.size());
  for (const PreparedPicture& picture : pictures) {
    readings.push_back(Compose(picture.ink, reader, review_below_));
  }
  return readings;
}

Result<Reading> Recognizer::Read(ByteView bytes, const ReadOptions& options) const {
  Result<PreparedPicture> prepared = Prepare(bytes, options);
  if (!prepared) return std::move(prepared).error();
  Result<std::vector<Reading>> readings = ReadPrepared({&*prepared, 1});
  if (!readings) return std::move(readings).error();
  return std::move(readings->front());
}

}  // namespace glyphd
