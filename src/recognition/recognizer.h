// Reads pictures: decodes them, finds the ink, classifies every mark, composes the text.
//
// Input     the bytes of a picture as they came
// Output    a Reading, and what the picture turned out to be
// Threads   safe from any number of threads at once, any number of times
// Errors    those of picture/picture.h; kUnavailable: the engine failed
// Cost      ReadPrepared() makes one inference call for a whole group, which is why reading
//           is split in two: a server prepares pictures as they arrive and reads them together

#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "inference/classifier.h"
#include "ink/ink_finder.h"
#include "picture/picture.h"
#include "reading/reading.h"

namespace glyphd {

struct ReadOptions {
  Layout layout = Layout::kAuto;
  PictureLimits limits;
};

struct PreparedPicture {
  PictureHeader header;
  FoundInk ink;
  std::chrono::microseconds decode_time{0};
  std::chrono::microseconds ink_time{0};
};

class Recognizer {
 public:
  explicit Recognizer(std::shared_ptr<const Classifier> classifier, double review_below = 0.9);

  const Classifier& classifier() const { return *classifier_; }

  Result<PreparedPicture> Prepare(ByteView bytes, const ReadOptions& options) const;
  // One reading per picture, in order; all of them or an error.
  Result<std::vector<Reading>> ReadPrepared(std::span<const PreparedPicture> pictures) const;
  // Both steps for one picture.
  Result<Reading> Read(ByteView bytes, const ReadOptions& options) const;

 private:
  std::shared_ptr<const Classifier> classifier_;
  double review_below_;
};

}  // namespace glyphd
