// Decides which pieces of ink are digits, which of them make one digit, and how they are read.
//
// Input     connected pieces of ink
// Output    lines from top to bottom, in each the marks from left to right, each a list of pieces
// Threads   pure functions
// Cost      quadratic in the pieces, of which the largest 1,000 are looked at

#pragma once

#include <string_view>
#include <vector>

#include "ink/components.h"
#include "ink/ink_finder.h"

namespace glyphd {

using PieceList = std::vector<int>;  // indices of components

struct GroupedInk {
  struct Refused {
    int piece;
    std::string_view reason;
  };
  std::vector<std::vector<PieceList>> lines;
  std::vector<Refused> refused;
};

// Pieces that run along the picture's rim: the table beside a page, unless a bold digit fills the
// picture; and whether there is a piece that could be a digit in the open.
PieceList PiecesAlongRim(const Components& components, int width, int height);
bool HasFreeStanding(const Components& components, int width, int height);

// Pieces that are no writing at all whatever the layout: page edges, rulings, frames.
std::vector<GroupedInk::Refused> RefuseNonWriting(const Components& components, int width,
                                                  int height);

// Groups what was not refused.
GroupedInk GroupPieces(const Components& components, std::vector<GroupedInk::Refused> refused,
                       Layout layout);

}  // namespace glyphd
