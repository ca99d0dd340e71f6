#include "ink/grouping.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace glyphd {
namespace {

constexpr std::size_t kMostPieces = 1000;

constexpr std::string_view kPageEdge = "page edge";
constexpr std::string_view kRuling = "ruling";
constexpr std::string_view kFrame = "frame";
constexpr std::string_view kDust = "dust";
constexpr std::string_view kApart = "apart from the digit";

std::size_t Index(int piece) { return static_cast<std::size_t>(piece); }

bool IsRuling(const Component& piece, int width) {
  return piece.width() >= 8 * piece.height() && 2 * piece.width() >= width;
}

bool SpansHeight(const Component& piece, int height) {
  return piece.top == 0 && piece.bottom == height && piece.height() >= 12 * piece.width();
}

// Could be a digit in the open: not cut by the picture's rim, and not tiny beside the picture.
bool StandsFree(const Component& piece, int width, int height) {
  return piece.rim_pixels == 0 && !IsRuling(piece, width) &&
         8 * piece.longer_side() >= std::min(width, height);
}

bool RunsAlongRim(const Component& piece, int width, int height) {
  return 8 * piece.rim_pixels >= width + height || SpansHeight(piece, height);
}

bool Contains(const Component& outer, const Component& inner) {
  return outer.left < inner.left && outer.top < inner.top && outer.right > inner.right &&
         outer.bottom > inner.bottom;
}

bool EnclosesWriting(const Component& outer, const std::vector<Component>& items) {
  return std::any_of(items.begin(), items.end(), [&](const Component& inner) {
    return Contains(outer, inner) && 4 * inner.height() >= outer.height();
  });
}

// All ink lies near the piece's own box, as that of a form's field does.
bool IsHollow(int piece, const Components& components) {
  const Component& box = components.items[Index(piece)];
  const int margin_x = std::max(1, box.width() / 8);
  const int margin_y = std::max(1, box.height() / 8);
  std::int64_t inside = 0;
  for (const Run& run : components.runs) {
    if (run.component != piece || run.y < box.top + margin_y || run.y >= box.bottom - margin_y) {
      continue;
    }
    inside += std::max(
        0, std::min(run.end, box.right - margin_x) - std::max(run.begin, box.left + margin_x));
  }
  return 20 * inside < box.area;
}

bool IsFrame(int piece, const Components& components) {
  return EnclosesWriting(components.items[Index(piece)], components.items) &&
         IsHollow(piece, components);
}

// The pieces that are left, the largest first, and not more than can be compared in pairs.
PieceList RemainingPieces(const Components& components,
                          const std::vector<GroupedInk::Refused>& refused) {
  std::vector<bool> gone(components.items.size());
  for (const auto& [piece, reason] : refused) gone[Index(piece)] = true;
  PieceList pieces;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) pieces.push_back(static_cast<int>(i));
  }
  std::sort(pieces.begin(), pieces.end(), [&](int one, int other) {
    const std::int64_t area = components.items[Index(one)].area;
    const std::int64_t other_area = components.items[Index(other)].area;
    return area != other_area ? area > other_area : one < other;
  });
  if (pieces.size() > kMostPieces) pieces.resize(kMostPieces);
  return pieces;
}

// A mark in the making.
struct Group {
  Component extent;  // the union of the pieces
  PieceList pieces;
};

Component Union(const Component& one, const Component& other) {
  Component both = one;
  both.left = std::min(one.left, other.left);
  both.top = std::min(one.top, other.top);
  both.right = std::max(one.right, other.right);
  both.bottom = std::max(one.bottom, other.bottom);
  both.area = one.area + other.area;
  return both;
}

void Absorb(Group& group, const Group& other) {
  group.extent = Union(group.extent, other.extent);
  group.pieces.insert(group.pieces.end(), other.pieces.begin(), other.pieces.end());
}

// Free space between two boxes along one axis; negative when they overlap.
int Gap(int begin, int end, int other_begin, int other_end) {
  return std::max(begin, other_begin) - std::min(end, other_end);
}
int GapAcross(const Component& one, const Component& other) {
  return Gap(one.left, one.right, other.left, other.right);
}
int GapDown(const Component& one, const Component& other) {
  return Gap(one.top, one.bottom, other.top, other.bottom);
}
int Distance(const Component& one, const Component& other) {
  return std::max({0, GapAcross(one, other), GapDown(one, other)});
}

std::vector<Group> SingleGroups(const Components& components, const PieceList& pieces) {
  std::vector<Group> groups;
  for (const int piece : pieces) groups.push_back({components.items[Index(piece)], {piece}});
  return groups;
}

// One digit: the largest piece and what belongs to it.
Group GatherDigit(std::vector<Group> groups, std::vector<GroupedInk::Refused>& refused) {
  // Pieces of a tenth of the largest one's area tell how large the whole digit is.
  Component digit = groups.front().extent;
  for (const Group& group : groups) {
    if (10 * group.extent.area >= groups.front().extent.area &&
        2 * Distance(digit, group.extent) <= digit.longer_side()) {
      digit = Union(digit, group.extent);
    }
  }
  const int size = digit.longer_side();
  const bool stands_free = groups.front().extent.rim_pixels == 0;
  Group gathered = groups.front();
  for (std::size_t i = 1; i < groups.size(); ++i) {
    const Component& piece = groups[i].extent;
    if (12 * piece.longer_side() < size) {
      refused.push_back({groups[i].pieces.front(), kDust});
    } else if (stands_free && piece.rim_pixels > 0) {
      refused.push_back({groups[i].pieces.front(), kPageEdge});
    } else if (3 * Distance(digit, piece) > size) {
      refused.push_back({groups[i].pieces.front(), kApart});
    } else {
      Absorb(gathered, groups[i]);
    }
  }
  return gathered;
}

// The height of the digits: that of the middle one among the pieces at least half as high as
// the highest, so that dots and bars do not count.
int TypicalHeight(const std::vector<Group>& groups) {
  int highest = 0;
  for (const Group& group : groups) highest = std::max(highest, group.extent.height());
  std::vector<int> heights;
  for (const Group& group : groups) {
    if (2 * group.extent.height() >= highest) heights.push_back(group.extent.height());
  }
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::nth_element(heights.begin(), middle, heights.end());
  return *middle;
}

// The parts of a digit lie above each other (the bar of a 5, a broken 0) or, when one of them is
// only a part, next to each other; two whole digits may reach over each other a little.
bool MakeOneDigit(const Component& one, const Component& other, int height) {
  const int narrower = std::min(one.width(), other.width());
  const int overlap = -GapAcross(one, other);
  const int lower = std::min(one.height(), other.height());
  if (2 * GapDown(one, other) > height) return false;
  if (5 * lower >= 4 * height) return 10 * overlap >= 7 * narrower;
  if (5 * overlap >= 2 * narrower) return true;
  const int nearness = 2 * lower < height ? 6 : 12;
  return nearness * Distance(one, other) <= height;
}

// Unites until nothing changes: a part may only meet the whole once others have joined it.
void UniteParts(std::vector<Group>& groups, int height) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t k = i + 1; k < groups.size();) {
      if (!MakeOneDigit(groups[i].extent, groups[k].extent, height)) {
        ++k;
        continue;
      }
      Absorb(groups[i], groups[k]);
      groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(k));
      k = i + 1;
    }
  }
}

bool IsDust(const Component& piece, int height) {
  return 4 * piece.height() < height && 2 * piece.width() < height;
}

void RefuseDust(std::vector<Group>& groups, int height, std::vector<GroupedInk::Refused>& refused) {
  std::erase_if(groups, [&](const Group& group) {
    if (!IsDust(group.extent, height)) return false;
    for (const int piece : group.pieces) refused.push_back({piece, kDust});
    return true;
  });
}

bool SharesLine(const Component& line, const Component& digit) {
  return -2 * GapDown(line, digit) >= std::min(line.height(), digit.height());
}

// Puts every group into the line that it shares most height with, the highest groups first.
std::vector<std::vector<Group>> SplitIntoLines(std::vector<Group> groups) {
  std::vector<std::vector<Group>> lines;
  std::sort(groups.begin(), groups.end(), [](const Group& one, const Group& other) {
    return one.extent.height() > other.extent.height();
  });
  for (Group& group : groups) {
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& candidate) {
      return SharesLine(candidate.front().extent, group.extent);
    });
    if (line == lines.end()) {
      lines.push_back({std::move(group)});
    } else {
      line->push_back(std::move(group));
    }
  }
  std::sort(lines.begin(), lines.end(), [](const auto& one, const auto& other) {
    return one.front().extent.top + one.front().extent.bottom <
           other.front().extent.top + other.front().extent.bottom;
  });
  return lines;
}

std::vector<PieceList> FromLeftToRight(std::vector<Group> line) {
  std::sort(line.begin(), line.end(), [](const Group& one, const Group& other) {
    return one.extent.left + one.extent.right < other.extent.left + other.extent.right;
  });
  std::vector<PieceList> marks;
  for (Group& group : line) marks.push_back(std::move(group.pieces));
  return marks;
}

void GroupWriting(std::vector<Group> groups, Layout layout, GroupedInk& ink) {
  const int height = TypicalHeight(groups);
  UniteParts(groups, height);
  RefuseDust(groups, height, ink.refused);
  if (groups.empty()) return;
  if (layout == Layout::kLine) {
    ink.lines.push_back(FromLeftToRight(std::move(groups)));
    return;
  }
  for (auto& line : SplitIntoLines(std::move(groups))) {
    ink.lines.push_back(FromLeftToRight(std::move(line)));
  }
}

}  // namespace

PieceList PiecesAlongRim(const Components& components, int width, int height) {
  PieceList pieces;
  for (std::size_t i = 0; i < components.items.size(); ++i) {
    if (RunsAlongRim(components.items[i], width, height)) pieces.push_back(static_cast<int>(i));
  }
  return pieces;
}

bool HasFreeStanding(const Components& components, int width, int height) {
  return std::any_of(components.items.begin(), components.items.end(),
                     [&](const Component& piece) { return StandsFree(piece, width, height); });
}

std::vector<GroupedInk::Refused> RefuseNonWriting(const Components& components, int width,
                                                  int height) {
  const auto& items = components.items;
  // A bold digit that fills the picture touches its rim too: only beside one that stands free
  // is what runs along the rim the edge of a page.
  const bool something_stands_free = HasFreeStanding(components, width, height);
  std::vector<GroupedInk::Refused> refused;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const int piece = static_cast<int>(i);
    if (something_stands_free && RunsAlongRim(items[i], width, height)) {
      refused.push_back({piece, kPageEdge});
    } else if (IsRuling(items[i], width)) {
      refused.push_back({piece, kRuling});
    } else if (8 * items[i].longer_side() >= std::min(width, height) &&
               IsFrame(piece, components)) {
      refused.push_back({piece, kFrame});
    }
  }
  return refused;
}

GroupedInk GroupPieces(const Components& components, std::vector<GroupedInk::Refused> refused,
                       Layout layout) {
  GroupedInk ink;
  ink.refused = std::move(refused);
  std::vector<Group> groups = SingleGroups(components, RemainingPieces(components, ink.refused));
  if (groups.empty()) return ink;
  if (layout == Layout::kDigit) {
    ink.lines.push_back({GatherDigit(std::move(groups), ink.refused).pieces});
  } else {
    GroupWriting(std::move(groups), layout, ink);
  }
  return ink;
}

}  // namespace glyphd
