#include "training/checkpoint.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <type_traits>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "GLYTRN01";
constexpr std::size_t kDigestBytes = std::tuple_size_v<Sha256Digest>;
// Far above any network here (three copies of its weights), far below the memory of a machine.
constexpr std::uintmax_t kLargestFileBytes = std::uintmax_t{1} << 30;

class Writer {
 public:
  template <typename Number>
  void Put(Number number) {
    static_assert(std::is_trivially_copyable_v<Number>);
    Append(&number, sizeof number);
  }
  template <typename Element>
  void PutAll(const std::vector<Element>& elements) {
    static_assert(std::is_trivially_copyable_v<Element>);
    Put(std::uint64_t{elements.size()});
    Append(elements.data(), elements.size() * sizeof(Element));
  }
  void PutText(const std::string& text) { PutAll(std::vector<char>(text.begin(), text.end())); }

  Bytes& bytes() { return bytes_; }

 private:
  void Append(const void* from, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(from);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  Bytes bytes_{kMagic.begin(), kMagic.end()};
};

// Never reads past the end; after a number that does not fit, ok() is false and all is empty.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  template <typename Number>
  void Take(Number& number) {
    TakeBytes(&number, sizeof number);
  }
  template <typename Element>
  void TakeAll(std::vector<Element>& elements) {
    std::uint64_t count = 0;
    Take(count);
    if (count > rest_.size() / sizeof(Element)) ok_ = false;
    if (!ok_) return;
    elements.resize(count);
    TakeBytes(elements.data(), count * sizeof(Element));
  }
  std::string TakeText() {
    std::vector<char> text;
    TakeAll(text);
    return {text.begin(), text.end()};
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  void TakeBytes(void* to, std::size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_ || size == 0) return;
    std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  ByteView rest_;
  bool ok_ = true;
};

void PutSettings(const TrainingSettings& settings, Writer& writer) {
  writer.Put(std::uint64_t{settings.size()});
  for (const auto& [key, value] : settings) {
    writer.PutText(key);
    writer.PutText(value);
  }
}

TrainingSettings TakeSettings(Reader& reader) {
  std::uint64_t count = 0;
  reader.Take(count);
  TrainingSettings settings;
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const std::string key = reader.TakeText();
    settings[key] = reader.TakeText();
  }
  return settings;
}

void PutState(const TrainingState& state, Writer& writer) {
  writer.Put(state.epoch);
  writer.Put(state.step);
  writer.PutAll(state.weights);
  writer.PutAll(state.velocity);
  writer.PutAll(state.average.weights);
  writer.PutAll(state.average.statistics);
  writer.Put(state.loss_sum);
  writer.Put(state.right);
  writer.Put(state.seen);
  writer.Put(state.seconds);
  writer.PutAll(state.history);
}

TrainingState TakeState(Reader& reader) {
  TrainingState state;
  reader.Take(state.epoch);
  reader.Take(state.step);
  reader.TakeAll(state.weights);
  reader.TakeAll(state.velocity);
  reader.TakeAll(state.average.weights);
  reader.TakeAll(state.average.statistics);
  reader.Take(state.loss_sum);
  reader.Take(state.right);
  reader.Take(state.seen);
  reader.Take(state.seconds);
  reader.TakeAll(state.history);
  return state;
}

std::string Reason(int number) { return std::generic_category().message(number); }

class OpenFile {
 public:
  explicit OpenFile(const fs::path& path)
      : number_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool WriteAndSync(ByteView bytes) {
    while (number_ >= 0 && !bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return number_ >= 0 && ::fsync(number_) == 0;
  }

 private:
  int number_;
};

Status WriteBesideAndRename(const fs::path& path, ByteView bytes) {
  const fs::path beside = path.string() + ".part";
  const auto fails = [&](int number) -> Status {
    std::error_code ignored;
    fs::remove(beside, ignored);
    return Unavailable("cannot write the checkpoint " + path.string() + ": " + Reason(number) +
                       "; make room or choose another folder, then continue with --resume");
  };
  if (OpenFile file(beside); !file.WriteAndSync(bytes)) return fails(errno);
  if (std::rename(beside.c_str(), path.c_str()) != 0) return fails(errno);
  return {};
}

Error Damaged(const fs::path& path, const std::string& how) {
  return Corrupt("the checkpoint " + path.string() + " is damaged (" + how +
                 "); delete it and train anew");
}

Result<Bytes> ReadWhole(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    return NotFound("there is no checkpoint " + path.string() +
                    " to resume from; leave --resume away to train anew");
  }
  if (error) return Unavailable("cannot read " + path.string() + ": " + error.message());
  if (size > kLargestFileBytes) return Damaged(path, "it is larger than any checkpoint");
  Bytes bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) return Unavailable("cannot read " + path.string() + ": " + Reason(errno));
  return bytes;
}

// The part between the magic and the digest.
Result<ByteView> CheckedBody(const fs::path& path, const Bytes& bytes) {
  const ByteView all(bytes);
  if (bytes.size() < kMagic.size() + kDigestBytes) return Damaged(path, "it is too short");
  if (AsText(all.first(kMagic.size())) != kMagic) return Damaged(path, "it is no checkpoint");
  const ByteView signed_part = all.first(all.size() - kDigestBytes);
  const Sha256Digest digest = Sha256(signed_part);
  if (!std::equal(digest.begin(), digest.end(), all.last(kDigestBytes).begin())) {
    return Damaged(path, "its hash does not match");
  }
  return signed_part.subspan(kMagic.size());
}

Status CheckSettings(const fs::path& path, const TrainingSettings& kept,
                     const TrainingSettings& wanted) {
  for (const auto& [key, value] : wanted) {
    const auto found = kept.find(key);
    const std::string before = found == kept.end() ? "nothing" : found->second;
    if (before == value) continue;
    return Conflict("the checkpoint " + path.string() + " was made with another " + key + " (" +
                    before + ", not " + value + "); repeat its options, or train anew elsewhere");
  }
  return {};
}

std::string DataFingerprint(const LabelledGlyphs& data) {
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(data.images.data());
  const Sha256Digest images = Sha256({pixels, data.images.size() * sizeof(GlyphImage)});
  const Sha256Digest labels = Sha256(data.labels);
  std::string both = ToHex(images) + ToHex(labels);
  for (const std::string& name : data.label_names) both += '\n' + name;
  return ToHex(Sha256(AsBytes(both))).substr(0, 16);
}

}  // namespace

TrainingSettings SettingsOf(const LabelledGlyphs& data, const TrainingOptions& options) {
  return {{"data", DataFingerprint(data)},
          {"seed", std::to_string(options.seed)},
          {"recipe", DescribeRecipe(options.recipe)}};
}

Status WriteCheckpoint(const fs::path& path, const TrainingSettings& settings,
                       const TrainingState& state) {
  Writer writer;
  PutSettings(settings, writer);
  PutState(state, writer);
  const Sha256Digest digest = Sha256(writer.bytes());
  writer.bytes().insert(writer.bytes().end(), digest.begin(), digest.end());
  return WriteBesideAndRename(path, writer.bytes());
}

Result<TrainingState> ReadCheckpoint(const fs::path& path, const TrainingSettings& settings) {
  Result<Bytes> bytes = ReadWhole(path);
  if (!bytes) return std::move(bytes).error();
  Result<ByteView> body = CheckedBody(path, *bytes);
  if (!body) return std::move(body).error();
  Reader reader(*body);
  const TrainingSettings kept = TakeSettings(reader);
  TrainingState state = TakeState(reader);
  if (!reader.ok() || !reader.at_end()) return Damaged(path, "its parts do not fit");
  if (Status same = CheckSettings(path, kept, settings); !same) return std::move(same).error();
  return state;
}

}  // namespace glyphd
