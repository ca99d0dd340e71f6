// JPEG through libjpeg-turbo.
//
// Source    libjpeg.txt, "Error handling" and "Memory management"; ITU-T T.81

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

// clang-format off: jerror.h numbers its messages by what jpeglib.h defines
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "picture/codec.h"
#include "picture/orientation.h"
#include "picture/pixels.h"

namespace glyphd {
namespace {

constexpr std::string_view kName = "JPEG";
constexpr unsigned kMaxMarkerBytes = 0xFFFF;
// Real progressive pictures have about 10 scans (CMYK up to 24). A bomb repeats
// tiny scans, each of which walks over the whole picture.
constexpr int kMaxScans = 32;
constexpr std::size_t kDecoderOverheadBytes = 4u << 20;

// Warnings after which a part of the picture is made up. Others, such as stray
// bytes between segments, are common in good camera files.
bool MeansDamage(int message_code) {
  switch (message_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE:
      return true;
    default:
      return false;
  }
}

// One picture being read. libjpeg reports errors by a long jump, so each method that
// calls it marks where to land and keeps nothing with a destructor on its own stack.
class JpegReader {
 public:
  explicit JpegReader(ByteView bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = OnError;
    errors_.emit_message = OnMessage;
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
    progress_.progress_monitor = OnProgress;
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool ReadHeader() {
    if (setjmp(landing_) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes_.data(), bytes_.size());
    jpeg_save_markers(&info_, JPEG_APP0 + 1, kMaxMarkerBytes);
    jpeg_read_header(&info_, TRUE);
    ChooseColours();
    return true;
  }

  bool Start() {
    if (setjmp(landing_) != 0) return false;
    info_.mem->max_memory_to_use = static_cast<long>(WorkingBytes());
    jpeg_start_decompress(&info_);
    return true;
  }

  bool ReadRow(std::uint8_t* row) {
    if (setjmp(landing_) != 0) return false;
    jpeg_read_scanlines(&info_, &row, 1);
    return true;
  }

  // Reads on to the end marker, so that a cut after the last row shows too.
  bool Finish() {
    if (setjmp(landing_) != 0) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::int64_t width() const { return info_.image_width; }
  std::int64_t height() const { return info_.image_height; }
  int channels() const { return info_.out_color_space == JCS_GRAYSCALE ? 1 : 3; }
  bool is_cmyk() const { return info_.out_color_space == JCS_CMYK; }
  // Adobe's programs store the amount of paper left white instead of ink.
  bool is_inverted() const { return info_.saw_Adobe_marker != 0; }

  Orientation ReadOrientation() const {
    for (auto marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const ByteView data(marker->data, marker->data_length);
      if (StartsWith(data, "Exif")) return ReadExifOrientation(data);
    }
    return Orientation::kUpright;
  }

  // What libjpeg holds. Several scans make it keep every coefficient, 16 bits each.
  std::size_t WorkingBytes() {
    std::size_t coefficients = 0;
    for (int i = 0; i < info_.num_components; ++i) coefficients += ComponentSamples(i);
    const std::size_t rows = std::size_t{info_.image_width} * 1024;
    return kDecoderOverheadBytes + rows + (jpeg_has_multiple_scans(&info_) ? 2 * coefficients : 0);
  }

  Error error() const {
    if (out_of_memory_) return Unavailable("not enough memory to read this JPEG; try again later");
    return Damaged(kName, message_);
  }

 private:
  void ChooseColours() {
    if (info_.jpeg_color_space == JCS_GRAYSCALE) {
      info_.out_color_space = JCS_GRAYSCALE;
    } else if (info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK) {
      info_.out_color_space = JCS_CMYK;
    } else {
      info_.out_color_space = JCS_RGB;
    }
  }

  // Whole blocks, as libjpeg pads them.
  std::size_t ComponentSamples(int index) const {
    const jpeg_component_info& component = info_.comp_info[index];
    const auto across = static_cast<std::size_t>(component.h_samp_factor) * DCTSIZE;
    const auto down = static_cast<std::size_t>(component.v_samp_factor) * DCTSIZE;
    const std::size_t max_across = static_cast<std::size_t>(info_.max_h_samp_factor) * DCTSIZE;
    const std::size_t max_down = static_cast<std::size_t>(info_.max_v_samp_factor) * DCTSIZE;
    return (info_.image_width / max_across + 1) * across * (info_.image_height / max_down + 1) *
           down;
  }

  static JpegReader& Of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }

  [[noreturn]] static void Fail(j_common_ptr info, const char* message) {
    JpegReader& reader = Of(info);
    std::snprintf(reader.message_, sizeof(reader.message_), "%s", message);
    std::longjmp(reader.landing_, 1);
  }

  [[noreturn]] static void OnError(j_common_ptr info) {
    char message[JMSG_LENGTH_MAX];
    info->err->format_message(info, message);
    Of(info).out_of_memory_ = info->err->msg_code == JERR_OUT_OF_MEMORY;
    Fail(info, message);
  }

  static void OnMessage(j_common_ptr info, int level) {
    if (level >= 0 || !MeansDamage(info->err->msg_code)) return;
    const bool ended =
        info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER;
    if (ended) Fail(info, "premature end of data");
    OnError(info);
  }

  static void OnProgress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
      Fail(info, "it has more scans than any real picture");
    }
  }

  ByteView bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf landing_;
  char message_[JMSG_LENGTH_MAX] = {};
  bool out_of_memory_ = false;
};

std::size_t EstimateBytes(JpegReader& reader, Orientation orientation) {
  const std::size_t result = static_cast<std::size_t>(reader.width() * reader.height()) *
                             static_cast<std::size_t>(reader.channels());
  return reader.WorkingBytes() + (orientation == Orientation::kUpright ? 1 : 2) * result;
}

void InksToRgb(const std::uint8_t* inks, bool inverted, std::uint8_t* rgb, std::size_t pixels) {
  const std::uint8_t flip = inverted ? 0 : 255;  // brings both kinds to "paper left white"
  for (std::size_t i = 0; i < pixels; ++i, inks += 4, rgb += 3) {
    const unsigned black = inks[3] ^ flip;
    for (int c = 0; c < 3; ++c) {
      rgb[c] = static_cast<std::uint8_t>(DivideBy255((inks[c] ^ flip) * black));
    }
  }
}

bool ReadCmykRows(JpegReader& reader, Picture& picture) {
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::uint8_t> inks(width * 4);
  for (int y = 0; y < picture.height; ++y) {
    if (!reader.ReadRow(inks.data())) return false;
    InksToRgb(inks.data(), reader.is_inverted(), MutableRow(picture, y), width);
  }
  return true;
}

bool ReadRows(JpegReader& reader, Picture& picture) {
  if (reader.is_cmyk()) return ReadCmykRows(reader, picture);
  for (int y = 0; y < picture.height; ++y) {
    if (!reader.ReadRow(MutableRow(picture, y))) return false;
  }
  return true;
}

bool Recognizes(ByteView bytes) { return StartsWith(bytes, "\xff\xd8\xff"); }

Status Open(JpegReader& reader, const PictureLimits& limits) {
  if (!reader.ReadHeader()) return reader.error();
  return CheckSize(reader.width(), reader.height(), limits);
}

Result<PictureHeader> Inspect(ByteView bytes, const PictureLimits& limits) {
  JpegReader reader(bytes);
  if (Status status = Open(reader, limits); !status) return std::move(status).error();
  const Orientation orientation = reader.ReadOrientation();
  PictureHeader header{PictureFormat::kJpeg, static_cast<int>(reader.width()),
                       static_cast<int>(reader.height()), EstimateBytes(reader, orientation)};
  if (SwapsSides(orientation)) std::swap(header.width, header.height);
  return header;
}

Result<Picture> Decode(ByteView bytes, const PictureLimits& limits) {
  JpegReader reader(bytes);
  if (Status status = Open(reader, limits); !status) return std::move(status).error();
  const Orientation orientation = reader.ReadOrientation();
  if (!reader.Start()) return reader.error();
  Picture picture = BlankPicture(static_cast<int>(reader.width()),
                                 static_cast<int>(reader.height()), reader.channels());
  if (!ReadRows(reader, picture) || !reader.Finish()) return reader.error();
  return MakeUpright(std::move(picture), orientation);
}

}  // namespace

const PictureCodec kJpegCodec = {PictureFormat::kJpeg, kName,   "image/jpeg",
                                 Recognizes,           Inspect, Decode};

}  // namespace glyphd
