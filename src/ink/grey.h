// Makes one plane of a picture in which the pen stands out from the paper, whatever its colour.
//
// Input     any decoded picture
// Output    one byte per pixel; for colour pictures the mix of channels with most contrast
// Threads   pure functions
// Cost      one pass over the picture, after a look at a few thousand of its pixels

#pragma once

#include "ink/plane.h"
#include "picture/picture.h"

namespace glyphd {

// How many pixels of the picture become one, along each side, before its ink is looked for: a
// phone's 12 megapixels say nothing about a digit that 1.5 do not.
int ShrinkFactor(const Picture& picture);

// Every pixel of the result is the mean of shrink x shrink pixels; what is left over at the
// right and the bottom is dropped.
Plane ToGrey(const Picture& picture, int shrink);

// The same for a plane.
Plane Shrink(const Plane& plane, int shrink);

}  // namespace glyphd
