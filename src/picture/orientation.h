// How a camera was held, read from EXIF, and the turn that makes its picture upright.
//
// Input     a TIFF-structured EXIF block, with or without the leading "Exif\0\0"
// Threads   pure functions
// Errors    none: damaged EXIF never spoils a good picture, it reads as kUpright
// Cost      MakeUpright() holds source and result at once unless nothing is to be turned
// Source    CIPA DC-008 (EXIF 2.3), section 4.6.4, tag 0x0112

#pragma once

#include "base/bytes.h"
#include "picture/picture.h"

namespace glyphd {

// Named by where the stored first row and first column are to be seen. On-disk values.
enum class Orientation {
  kUpright = 1,
  kMirrored = 2,
  kUpsideDown = 3,
  kMirroredUpsideDown = 4,
  kTransposed = 5,
  kTurnedLeft = 6,  // needs a quarter turn clockwise
  kTransversed = 7,
  kTurnedRight = 8,  // needs a quarter turn counter-clockwise
};

Orientation OrientationFromValue(unsigned value);  // unknown values are kUpright
Orientation ReadExifOrientation(ByteView exif);
bool SwapsSides(Orientation orientation);
Picture MakeUpright(Picture stored, Orientation orientation);

}  // namespace glyphd
