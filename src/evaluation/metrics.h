// How good a model is: accuracy with its interval, recall per class, confusion, calibration.
//
// Input     one row of probabilities and one true label per example, each label an index into
//           label_names; anything else is a broken invariant and aborts
// Output    figures between 0 and 1
// Threads   pure functions
// Errors    none; an empty set gives zeros
// Source    Wilson 1927 for the interval; Naeini et al. 2015 for the calibration error

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glyphd {

struct CalibrationBin {
  double mean_confidence = 0;
  double accuracy = 0;
  std::size_t count = 0;
};

struct Mistake {
  std::size_t example = 0;
  int truth = 0;
  int answer = 0;
  double confidence = 0;
};

struct Evaluation {
  std::vector<std::string> label_names;
  std::size_t examples = 0;
  std::size_t right = 0;
  double accuracy = 0;
  double accuracy_low = 0;  // 95 % Wilson interval
  double accuracy_high = 0;
  std::vector<double> recall;                       // per class; -1 where a class has no example
  std::vector<std::vector<std::size_t>> confusion;  // [truth][answer]
  double calibration_error = 0;                     // ten equal-count bins
  std::vector<CalibrationBin> calibration;
  double mean_log_loss = 0;
  std::vector<Mistake> mistakes;  // the surest first
};

struct Interval {
  double low = 0;
  double high = 0;
};
Interval WilsonInterval(std::size_t right, std::size_t examples);

Evaluation Evaluate(std::span<const float> probabilities, std::span<const std::uint8_t> labels,
                    const std::vector<std::string>& label_names);

// The softmax temperature that gives these logits the smallest log loss.
double FitTemperature(std::span<const float> logits, std::span<const std::uint8_t> labels,
                      std::size_t classes);

// One JSON object, and a table for a terminal.
std::string EvaluationToJson(const Evaluation& evaluation);
std::string EvaluationToText(const Evaluation& evaluation, bool colour);

}  // namespace glyphd
