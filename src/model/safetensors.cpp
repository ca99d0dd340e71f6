#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace glyphd {
namespace {

namespace json = boost::json;

static_assert(std::endian::native == std::endian::little,
              "values are copied as they lie in memory");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMostHeaderBytes = 1 << 20;
constexpr std::size_t kMostTensors = 1000;
constexpr std::size_t kMostDimensions = 8;

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

json::object DescribeTensors(const std::map<std::string, Tensor>& tensors) {
  json::object header;
  header["__metadata__"] = {{"format", "glyphd"}};
  std::size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t end = offset + tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"},
                    {"shape", json::value_from(tensor.shape)},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

void Append(Bytes& bytes, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

Error Damaged(const std::string& what) { return Corrupt("not a sound safetensors file: " + what); }

Error InTensor(std::string_view name, const std::string& what) {
  return Damaged("tensor '" + std::string(name) + "': " + what);
}

Result<std::string_view> ReadHeaderText(ByteView file) {
  if (file.size() < kLengthBytes) return Damaged("it is shorter than 8 bytes");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMostHeaderBytes) return Damaged("its header would be longer than 1 MiB");
  if (length > file.size() - kLengthBytes) return Damaged("it ends within its header");
  return AsText(file.subspan(kLengthBytes, static_cast<std::size_t>(length)));
}

Result<json::object> ParseHeader(std::string_view text) {
  json::error_code failure;
  json::parse_options options;
  options.max_depth = 4;
  json::value value =
      json::parse(json::string_view(text.data(), text.size()), failure, {}, options);
  if (failure) return Damaged("its header is no JSON (" + failure.message() + ")");
  if (!value.is_object()) return Damaged("its header is no JSON object");
  if (value.get_object().size() > kMostTensors) return Damaged("it has more than 1,000 tensors");
  return std::move(value.get_object());
}

// The member as a list of whole numbers from 0 to `most`, or nothing.
std::optional<std::vector<std::int64_t>> ReadNumbers(const json::object& description,
                                                     const char* member, std::int64_t most) {
  const json::value* list = description.if_contains(member);
  if (list == nullptr || !list->is_array()) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const json::value& item : list->get_array()) {
    if (!item.is_int64() || item.get_int64() < 0 || item.get_int64() > most) return std::nullopt;
    numbers.push_back(item.get_int64());
  }
  return numbers;
}

Result<std::vector<int>> ReadShape(std::string_view name, const json::object& description,
                                   std::size_t most_values) {
  const auto sides = ReadNumbers(description, "shape", static_cast<std::int64_t>(most_values));
  if (!sides || sides->size() > kMostDimensions) return InTensor(name, "its shape is unusable");
  std::size_t values = 1;
  for (const std::int64_t side : *sides) {
    // Checked before multiplying: the product of honest sides never exceeds the file.
    if (side != 0 && values > most_values / static_cast<std::size_t>(side)) {
      return InTensor(name, "its shape is larger than the file");
    }
    values *= static_cast<std::size_t>(side);
  }
  return std::vector<int>(sides->begin(), sides->end());
}

Result<ByteRange> ReadRange(std::string_view name, const json::object& description,
                            std::size_t data_size) {
  const auto ends = ReadNumbers(description, "data_offsets", static_cast<std::int64_t>(data_size));
  if (!ends || ends->size() != 2 || (*ends)[0] > (*ends)[1]) {
    return InTensor(name, "its offsets do not lie within the file");
  }
  return ByteRange{static_cast<std::size_t>((*ends)[0]), static_cast<std::size_t>((*ends)[1])};
}

Result<Tensor> CopyTensor(std::string_view name, std::vector<int> shape, ByteView values) {
  std::size_t count = 1;
  for (const int side : shape) count *= static_cast<std::size_t>(side);
  if (count * sizeof(float) != values.size()) {
    return InTensor(name, "its offsets do not fit its shape");
  }
  Tensor tensor{std::move(shape), std::vector<float>(count)};
  if (count > 0) std::memcpy(tensor.values.data(), values.data(), values.size());
  return tensor;
}

struct PlacedTensor {
  Tensor tensor;
  ByteRange range;
};

Result<PlacedTensor> DecodeTensor(std::string_view name, const json::value& value, ByteView data) {
  if (!value.is_object()) return InTensor(name, "its description is no object");
  const json::object& description = value.get_object();
  const json::value* type = description.if_contains("dtype");
  if (type == nullptr || !type->is_string()) return InTensor(name, "it has no dtype");
  if (type->get_string() != "F32") {
    return Unsupported("tensor '" + std::string(name) + "' is " + type->get_string().c_str() +
                       "; only F32 is read: convert the file");
  }
  Result<std::vector<int>> shape = ReadShape(name, description, data.size() / sizeof(float));
  if (!shape) return std::move(shape).error();
  Result<ByteRange> range = ReadRange(name, description, data.size());
  if (!range) return std::move(range).error();
  Result<Tensor> tensor =
      CopyTensor(name, *std::move(shape), data.subspan(range->begin, range->end - range->begin));
  if (!tensor) return std::move(tensor).error();
  return PlacedTensor{*std::move(tensor), *range};
}

// The format allows neither gaps nor overlaps: bytes that no tensor owns could hide anything,
// and a byte owned twice would let a small file ask for much memory.
Status CheckCoverage(std::vector<ByteRange> ranges, std::size_t data_size) {
  std::ranges::sort(ranges, [](const ByteRange& a, const ByteRange& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t reached = 0;
  for (const ByteRange& range : ranges) {
    if (range.begin != reached) return Damaged("its tensors overlap or leave gaps");
    reached = range.end;
  }
  if (reached != data_size) return Damaged("its size is not the sum of its tensors");
  return {};
}

}  // namespace

Bytes EncodeSafetensors(const std::map<std::string, Tensor>& tensors) {
  std::string header = json::serialize(DescribeTensors(tensors));
  header.resize((header.size() + 7) / 8 * 8, ' ');  // so that the values are aligned
  Bytes file;
  const std::uint64_t length = header.size();
  Append(file, &length, kLengthBytes);
  Append(file, header.data(), header.size());
  for (const auto& [name, tensor] : tensors) {
    Append(file, tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  return file;
}

Result<std::map<std::string, Tensor>> DecodeSafetensors(ByteView file) {
  Result<std::string_view> text = ReadHeaderText(file);
  if (!text) return std::move(text).error();
  Result<json::object> header = ParseHeader(*text);
  if (!header) return std::move(header).error();
  const ByteView data = file.subspan(kLengthBytes + text->size());
  std::map<std::string, Tensor> tensors;
  std::vector<ByteRange> ranges;
  std::size_t bytes_held = 0;
  for (const auto& [key, value] : *header) {
    const std::string name(key.data(), key.size());
    if (name == "__metadata__") continue;
    Result<PlacedTensor> placed = DecodeTensor(name, value, data);
    if (!placed) return std::move(placed).error();
    bytes_held += placed->range.end - placed->range.begin;
    if (bytes_held > data.size()) return Damaged("its tensors overlap");
    ranges.push_back(placed->range);
    tensors.emplace(name, std::move(placed->tensor));
  }
  if (Status covered = CheckCoverage(std::move(ranges), data.size()); !covered) {
    return std::move(covered).error();
  }
  return tensors;
}

}  // namespace glyphd
