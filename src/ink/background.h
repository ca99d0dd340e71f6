// Tells the ink from the paper it is on, whichever of the two is the darker, in uneven light.
//
// Input     a grey picture
// Output    how much ink each pixel carries: 0 = as the paper around it, 255 = none of its light
// Threads   pure functions
// Cost      two passes over the pixels; one where the light is even
// Source    the paper's brightness is the grey-scale closing of the shrunk picture (Serra 1982);
// ink
//           absorbs a share of the light, so dividing by the paper cancels shadows

#pragma once

#include "ink/plane.h"

namespace glyphd {

struct InkDensity {
  Plane plane;
  int noise = 0;  // standard deviation of the bare paper, in the plane's units
};

InkDensity MeasureInk(Plane grey);

// True when the ink is darker than the paper. `overview` is a picture, small or shrunk.
bool InkIsDark(const Plane& overview);

}  // namespace glyphd
