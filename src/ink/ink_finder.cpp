#include "ink/ink_finder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ink/background.h"
#include "ink/components.h"
#include "ink/grey.h"
#include "ink/grouping.h"
#include "ink/normalise.h"
#include "ink/threshold.h"

namespace glyphd {
namespace {

struct NamedLayout {
  std::string_view name;
  Layout layout;
};
constexpr std::array<NamedLayout, 4> kLayouts = {{{"auto", Layout::kAuto},
                                                  {"digit", Layout::kDigit},
                                                  {"line", Layout::kLine},
                                                  {"page", Layout::kPage}}};

std::size_t Index(int piece) { return static_cast<std::size_t>(piece); }

Box Enlarged(const Box& box, int shrink) {
  return {box.x * shrink, box.y * shrink, box.width * shrink, box.height * shrink};
}

Component UnionOf(const Components& components, const PieceList& pieces) {
  Component all = components.items[Index(pieces.front())];
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const Component& piece = components.items[Index(pieces[i])];
    all.left = std::min(all.left, piece.left);
    all.top = std::min(all.top, piece.top);
    all.right = std::max(all.right, piece.right);
    all.bottom = std::max(all.bottom, piece.bottom);
    all.area += piece.area;
    all.outline += piece.outline;
  }
  return all;
}

using RunsOfMarks = std::vector<std::vector<Run>>;

// Deals the runs out to the marks, numbered in reading order.
RunsOfMarks RunsByMark(const Components& components, const GroupedInk& grouped) {
  std::vector<int> mark_of_piece(components.items.size(), -1);
  int marks = 0;
  for (const auto& line : grouped.lines) {
    for (const PieceList& pieces : line) {
      for (const int piece : pieces) mark_of_piece[Index(piece)] = marks;
      ++marks;
    }
  }
  RunsOfMarks runs(Index(marks));
  for (const Run& run : components.runs) {
    const int mark = mark_of_piece[Index(run.component)];
    if (mark >= 0) runs[Index(mark)].push_back(run);
  }
  return runs;
}

std::vector<InkLine> NormaliseAll(const InkDensity& ink, const Components& components,
                                  const GroupedInk& grouped, int shrink) {
  const RunsOfMarks runs = RunsByMark(components, grouped);
  std::vector<InkLine> lines;
  auto runs_of_mark = runs.begin();
  for (const auto& grouped_line : grouped.lines) {
    InkLine line;
    for (const PieceList& pieces : grouped_line) {
      const Component extent = UnionOf(components, pieces);
      line.marks.push_back(
          {Enlarged(extent.box(), shrink), NormaliseMark(ink, *runs_of_mark++, extent)});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Tells what was refused, but for the specks that every photo has hundreds of.
std::vector<RejectedMark> Rejections(const Components& components,
                                     const std::vector<GroupedInk::Refused>& refused,
                                     int least_side, int shrink) {
  std::vector<RejectedMark> rejected;
  for (const auto& [piece, reason] : refused) {
    const Component& component = components.items[Index(piece)];
    if (component.longer_side() < least_side) continue;
    rejected.push_back({Enlarged(component.box(), shrink), std::string(reason)});
  }
  return rejected;
}

// Wipes pieces of ink off, with the soft edge around them.
void Erase(const Components& components, const PieceList& pieces, Plane& density) {
  constexpr int kSoftEdge = 2;
  std::vector<bool> erased(components.items.size());
  for (const int piece : pieces) erased[Index(piece)] = true;
  for (const Run& run : components.runs) {
    if (!erased[Index(run.component)]) continue;
    const int begin = std::max(0, run.begin - kSoftEdge);
    const int end = std::min(density.width, run.end + kSoftEdge);
    const int bottom = std::min(density.height - 1, run.y + kSoftEdge);
    for (int y = std::max(0, run.y - kSoftEdge); y <= bottom; ++y) {
      std::fill(density.Row(y) + begin, density.Row(y) + end, std::uint8_t{0});
    }
  }
}

struct SeparatedInk {
  Components components;
  std::vector<RejectedMark> wiped;  // what was taken off the picture before
};

// A dark table beside the page is so much blacker than a pencil that the pencil falls below the
// threshold: when something runs along the rim and nothing else is found, looks without it.
std::optional<SeparatedInk> SeparateWithoutRim(const Components& components, const InkDensity& ink,
                                               int shrink) {
  const int width = ink.plane.width;
  const int height = ink.plane.height;
  const PieceList along_rim = PiecesAlongRim(components, width, height);
  if (along_rim.empty() || HasFreeStanding(components, width, height)) return std::nullopt;
  InkDensity rest = ink;
  Erase(components, along_rim, rest.plane);
  const int threshold = PickThreshold(rest);
  if (threshold == 0) return std::nullopt;
  SeparatedInk separated{FindComponents(rest.plane, threshold), {}};
  if (!HasFreeStanding(separated.components, width, height)) return std::nullopt;
  for (const int piece : along_rim) {
    separated.wiped.push_back(
        {Enlarged(components.items[Index(piece)].box(), shrink), "page edge"});
  }
  return separated;
}

SeparatedInk Separate(const InkDensity& ink, int threshold, int shrink) {
  SeparatedInk separated{FindComponents(ink.plane, threshold), {}};
  auto without_rim = SeparateWithoutRim(separated.components, ink, shrink);
  return without_rim ? std::move(*without_rim) : std::move(separated);
}

// A line of two hundred digits is narrower than this; a picture of 50,000,000 x 1 pixels is an
// attack on our memory, since it cannot be shrunk.
bool CanHoldWriting(const Picture& picture) {
  constexpr int kMostElongated = 250;
  const auto [shorter, longer] = std::minmax(picture.width, picture.height);
  return shorter > 0 && longer / shorter <= kMostElongated;
}

FoundInk FromReadyGlyph(const ReadyGlyph& ready) {
  FoundInk found;
  found.lines.push_back({{{ready.box, ready.image}}});
  return found;
}

}  // namespace

Result<Layout> ParseLayout(std::string_view text) {
  for (const NamedLayout& known : kLayouts) {
    if (known.name == text) return known.layout;
  }
  return InvalidInput("no layout is called \"" + std::string(text.substr(0, 40)) +
                      "\"; there are auto, digit, line and page");
}

std::string_view LayoutName(Layout layout) {
  for (const NamedLayout& known : kLayouts) {
    if (known.layout == layout) return known.name;
  }
  AbortBecause("a layout without a name");
}

FoundInk FindInk(const Picture& picture, Layout layout) {
  if (!CanHoldWriting(picture)) return {};
  const int shrink = ShrinkFactor(picture);
  const InkDensity ink = MeasureInk(ToGrey(picture, shrink));
  if (layout == Layout::kDigit || layout == Layout::kAuto) {
    if (const auto ready = AsReadyGlyph(ink)) return FromReadyGlyph(*ready);
  }
  const int threshold = PickThreshold(ink);
  if (threshold == 0) return {};
  const auto [components, wiped] = Separate(ink, threshold, shrink);
  const GroupedInk grouped = GroupPieces(
      components, RefuseNonWriting(components, ink.plane.width, ink.plane.height), layout);
  FoundInk found;
  found.lines = NormaliseAll(ink, components, grouped, shrink);
  found.rejected = Rejections(components, grouped.refused, ink.plane.ShorterSide() / 100, shrink);
  found.rejected.insert(found.rejected.end(), wiped.begin(), wiped.end());
  return found;
}

}  // namespace glyphd
