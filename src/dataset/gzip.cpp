#include "dataset/gzip.h"

#include <algorithm>
#include <limits>
#include <string>

#include <zlib.h>

namespace glyphd {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's way to say: a gzip header, nothing else
constexpr std::size_t kFirstChunk = 1 << 16;

class Inflater {
 public:
  explicit Inflater(ByteView packed) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) AbortBecause("zlib does not start");
    stream_.next_in = const_cast<Bytef*>(packed.data());  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(packed.size());
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills the room as far as the data goes; Z_STREAM_END once all of it is unpacked.
  int Fill(std::uint8_t* room, std::size_t size) {
    stream_.next_out = room;
    stream_.avail_out = static_cast<uInt>(size);
    return inflate(&stream_, Z_NO_FLUSH);
  }
  std::size_t unpacked() const { return stream_.total_out; }

 private:
  z_stream stream_{};
};

}  // namespace

bool IsGzip(ByteView bytes) { return bytes.size() >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B; }

Result<Bytes> Gunzip(ByteView packed, std::size_t most_bytes) {
  if (packed.size() > std::numeric_limits<uInt>::max()) return TooLarge("more than 4 GB of gzip");
  Inflater inflater(packed);
  Bytes unpacked;
  int state = Z_OK;
  while (state == Z_OK) {
    if (unpacked.size() > most_bytes) {
      return TooLarge("unpacks to more than " + std::to_string(most_bytes) + " bytes");
    }
    const std::size_t done = unpacked.size();
    // One byte over the limit is room enough to notice that the limit is passed.
    unpacked.resize(std::min(std::max(kFirstChunk, 2 * done), most_bytes + 1));
    state = inflater.Fill(unpacked.data() + done, unpacked.size() - done);
    unpacked.resize(inflater.unpacked());
  }
  if (state != Z_STREAM_END) return InvalidInput("damaged or cut short gzip data");
  if (unpacked.size() > most_bytes) {
    return TooLarge("unpacks to more than " + std::to_string(most_bytes) + " bytes");
  }
  return unpacked;
}

}  // namespace glyphd
