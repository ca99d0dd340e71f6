// The plots of a report as inline SVG, coloured by the page's style sheet.
//
// Threads   pure functions
// Cost      a plot is a few kilobytes

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evaluation/metrics.h"

namespace glyphd {

struct Series {
  std::string name;
  std::string css_class;  // of the line and of its key in the legend
  std::vector<double> values;
};

// Values over epochs; x holds the epoch of each value.
std::string LineChart(const std::vector<int>& x, const std::vector<Series>& series, bool percent);
std::string ReliabilityChart(const std::vector<CalibrationBin>& bins);
std::string ConfusionChart(const Evaluation& evaluation);
// Recall of each class with its 95 % interval.
std::string RecallChart(const Evaluation& evaluation);

// Round numbers that cover low … high: about `count` steps of 1, 2 or 5 times a power of ten.
std::vector<double> RoundTicks(double low, double high, int count);

}  // namespace glyphd
