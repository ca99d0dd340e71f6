#include "ink/components.h"

#include <algorithm>
#include <cstring>
#include <numbers>

namespace glyphd {
namespace {

// The pieces that runs belong to, while it is not yet known which of them meet further down.
class Pieces {
 public:
  int Add() {
    parents_.push_back(static_cast<int>(parents_.size()));
    return parents_.back();
  }
  int Root(int piece) {
    while (parents_[Index(piece)] != piece) {
      parents_[Index(piece)] = parents_[Index(parents_[Index(piece)])];
      piece = parents_[Index(piece)];
    }
    return piece;
  }
  int Join(int one, int other) {
    const auto [first, last] = std::minmax({Root(one), Root(other)});
    parents_[Index(last)] = first;
    return first;
  }
  // Numbers the roots from zero; returns the number of every piece.
  std::vector<int> Number(int& count) {
    std::vector<int> numbers(parents_.size());
    count = 0;
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      const int root = Root(static_cast<int>(i));
      numbers[i] = Index(root) == i ? count++ : numbers[Index(root)];
    }
    return numbers;
  }

 private:
  static std::size_t Index(int piece) { return static_cast<std::size_t>(piece); }
  std::vector<int> parents_;
};

// Most pixels are paper: looks at them sixteen at a time.
int SkipPaper(const std::uint8_t* row, int x, int width, int threshold) {
  constexpr int kBlock = 16;
  while (x + kBlock <= width) {
    std::uint8_t most = 0;
    for (int i = 0; i < kBlock; ++i) most = std::max(most, row[x + i]);
    if (most >= threshold) break;
    x += kBlock;
  }
  while (x < width && row[x] < threshold) ++x;
  return x;
}

void AddRunsOfRow(const Plane& density, int y, int threshold, std::vector<Run>& runs) {
  const std::uint8_t* row = density.Row(y);
  int x = SkipPaper(row, 0, density.width, threshold);
  while (x < density.width) {
    const int begin = x;
    while (x < density.width && row[x] >= threshold) ++x;
    runs.push_back({y, begin, x, -1});
    x = SkipPaper(row, x, density.width, threshold);
  }
}

// Gives the runs [middle, last) the pieces of the runs [first, middle) that they touch in the row
// above, and notes how many pixels each shares with that row.
void ConnectRows(std::vector<Run>& runs, std::size_t first, std::size_t middle, Pieces& pieces,
                 std::vector<int>& shared) {
  const bool adjacent = first < middle && runs[first].y + 1 == runs[middle].y;
  std::size_t above = adjacent ? first : middle;
  for (std::size_t i = middle; i < runs.size(); ++i) {
    Run& run = runs[i];
    int covered = 0;
    while (above < middle && runs[above].end < run.begin) ++above;
    for (std::size_t k = above; k < middle && runs[k].begin <= run.end; ++k) {
      run.component =
          run.component < 0 ? runs[k].component : pieces.Join(run.component, runs[k].component);
      covered += std::max(0, std::min(run.end, runs[k].end) - std::max(run.begin, runs[k].begin));
    }
    if (run.component < 0) run.component = pieces.Add();
    shared.push_back(covered);
  }
}

int RimPixels(const Run& run, const Plane& density) {
  if (run.y == 0 || run.y == density.height - 1) return run.end - run.begin;
  return (run.begin == 0 ? 1 : 0) + (run.end == density.width ? 1 : 0);
}

void AddRun(const Run& run, int shared_with_row_above, const Plane& density, Component& component) {
  const int length = run.end - run.begin;
  if (component.area == 0) component = {run.begin, run.y, run.end, run.y + 1};
  component.left = std::min(component.left, run.begin);
  component.right = std::max(component.right, run.end);
  component.bottom = run.y + 1;
  component.area += length;
  component.outline += 2 + 2 * (length - shared_with_row_above);
  component.rim_pixels += RimPixels(run, density);
}

}  // namespace

Components FindComponents(const Plane& density, int threshold) {
  Components found;
  Pieces pieces;
  std::vector<int> shared;
  std::size_t row_above = 0;
  for (int y = 0; y < density.height; ++y) {
    const std::size_t this_row = found.runs.size();
    AddRunsOfRow(density, y, threshold, found.runs);
    if (found.runs.size() == this_row) continue;
    ConnectRows(found.runs, row_above, this_row, pieces, shared);
    row_above = this_row;
  }
  int count = 0;
  const std::vector<int> numbers = pieces.Number(count);
  found.items.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < found.runs.size(); ++i) {
    Run& run = found.runs[i];
    run.component = numbers[static_cast<std::size_t>(run.component)];
    AddRun(run, shared[i], density, found.items[static_cast<std::size_t>(run.component)]);
  }
  return found;
}

double StrokeWidth(std::int64_t area, std::int64_t outline) {
  if (outline == 0) return 0;
  // Counting pixel sides overrates a slanted outline; by 4 / pi on average over all directions.
  const double length = static_cast<double>(outline) * std::numbers::pi / 4;
  return 2 * static_cast<double>(area) / length;
}

}  // namespace glyphd
