// Decides from what density on a pixel is ink.
//
// Threads   pure functions
// Errors    none: 0 stands for a picture without ink
// Cost      one pass over the pixels

#pragma once

#include "ink/background.h"

namespace glyphd {

// 1 … 255, or 0 when nothing stands out from the paper.
int PickThreshold(const InkDensity& ink);

}  // namespace glyphd
