#include "evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "base/result.h"

namespace glyphd {
namespace {

constexpr double kNormal95 = 1.959963984540054;  // the normal distribution's 97.5 % quantile
constexpr std::size_t kCalibrationBins = 10;
// A probability of exactly 0 would make one example's loss infinite and hide all others.
constexpr double kSmallestProbability = 1e-12;
// A set without a mistake would be fitted best by a temperature of 0.
constexpr double kLowestTemperature = 0.05;
constexpr double kHighestTemperature = 20.0;

struct Answer {
  std::size_t label = 0;
  double confidence = 0;
};

Answer BestAnswer(std::span<const float> row) {
  const auto best = std::ranges::max_element(row);
  return {static_cast<std::size_t>(best - row.begin()), static_cast<double>(*best)};
}

double Share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct JudgedAnswer {
  double confidence = 0;
  bool right = false;
};

CalibrationBin MakeBin(std::span<const JudgedAnswer> answers) {
  CalibrationBin bin;
  bin.count = answers.size();
  std::size_t right = 0;
  double confidence = 0;
  for (const JudgedAnswer& answer : answers) {
    right += answer.right ? 1 : 0;
    confidence += answer.confidence;
  }
  bin.accuracy = Share(right, bin.count);
  bin.mean_confidence = bin.count == 0 ? 0.0 : confidence / static_cast<double>(bin.count);
  return bin;
}

// Bins of equal count: with equal width nearly all answers of a good model fall into the last.
std::vector<CalibrationBin> MakeBins(std::vector<JudgedAnswer> answers) {
  std::ranges::stable_sort(answers, {}, &JudgedAnswer::confidence);
  std::vector<CalibrationBin> bins;
  const std::span<const JudgedAnswer> all(answers);
  for (std::size_t i = 0; i < kCalibrationBins; ++i) {
    const std::size_t begin = i * all.size() / kCalibrationBins;
    const std::size_t end = (i + 1) * all.size() / kCalibrationBins;
    if (end > begin) bins.push_back(MakeBin(all.subspan(begin, end - begin)));
  }
  return bins;
}

double CalibrationError(const std::vector<CalibrationBin>& bins, std::size_t examples) {
  double error = 0;
  for (const CalibrationBin& bin : bins) {
    error += Share(bin.count, examples) * std::abs(bin.accuracy - bin.mean_confidence);
  }
  return error;
}

std::vector<double> RecallOf(const std::vector<std::vector<std::size_t>>& confusion) {
  std::vector<double> recall;
  for (std::size_t truth = 0; truth < confusion.size(); ++truth) {
    const std::vector<std::size_t>& row = confusion[truth];
    const std::size_t examples = std::accumulate(row.begin(), row.end(), std::size_t{0});
    recall.push_back(examples == 0 ? -1.0 : Share(row[truth], examples));
  }
  return recall;
}

class Judge {
 public:
  explicit Judge(const std::vector<std::string>& label_names) {
    evaluation_.label_names = label_names;
    const std::size_t classes = label_names.size();
    evaluation_.confusion.assign(classes, std::vector<std::size_t>(classes, 0));
  }

  void Add(std::span<const float> row, std::size_t truth) {
    const Answer answer = BestAnswer(row);
    const bool right = answer.label == truth;
    if (!right) {
      evaluation_.mistakes.push_back({evaluation_.examples, static_cast<int>(truth),
                                      static_cast<int>(answer.label), answer.confidence});
    }
    ++evaluation_.examples;
    evaluation_.right += right ? 1 : 0;
    ++evaluation_.confusion[truth][answer.label];
    answers_.push_back({answer.confidence, right});
    loss_ -= std::log(std::max(static_cast<double>(row[truth]), kSmallestProbability));
  }

  Evaluation Finish() {
    const std::size_t examples = evaluation_.examples;
    const Interval interval = WilsonInterval(evaluation_.right, examples);
    evaluation_.accuracy = Share(evaluation_.right, examples);
    evaluation_.accuracy_low = interval.low;
    evaluation_.accuracy_high = interval.high;
    evaluation_.recall = RecallOf(evaluation_.confusion);
    evaluation_.calibration = MakeBins(std::move(answers_));
    evaluation_.calibration_error = CalibrationError(evaluation_.calibration, examples);
    evaluation_.mean_log_loss = examples == 0 ? 0.0 : loss_ / static_cast<double>(examples);
    std::ranges::stable_sort(evaluation_.mistakes, std::greater(), &Mistake::confidence);
    return std::move(evaluation_);
  }

 private:
  Evaluation evaluation_;
  std::vector<JudgedAnswer> answers_;
  double loss_ = 0;
};

double LogLossAt(double temperature, std::span<const float> logits,
                 std::span<const std::uint8_t> labels, std::size_t classes) {
  double loss = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const auto largest = static_cast<double>(*std::ranges::max_element(row));
    double sum = 0;  // exp() of the largest would overflow first, so all are shifted by it
    for (const float logit : row) {
      sum += std::exp((static_cast<double>(logit) - largest) / temperature);
    }
    loss += std::log(sum) - (static_cast<double>(row[labels[i]]) - largest) / temperature;
  }
  return loss;
}

// Golden section search: the interval shrinks by the golden ratio around a single minimum, with
// one new value and no derivative a step.
template <typename Function>
double FindMinimum(double low, double high, const Function& function) {
  constexpr double kGolden = 0.6180339887498949;
  const auto left_of = [&] { return high - kGolden * (high - low); };
  const auto right_of = [&] { return low + kGolden * (high - low); };
  double left = left_of(), left_value = function(left);
  double right = right_of(), right_value = function(right);
  while (high - low > 1e-5) {
    if (left_value < right_value) {
      high = std::exchange(right, left);
      right_value = left_value;
      left_value = function(left = left_of());
    } else {
      low = std::exchange(left, right);
      left_value = right_value;
      right_value = function(right = right_of());
    }
  }
  return (low + high) / 2;
}

}  // namespace

Interval WilsonInterval(std::size_t right, std::size_t examples) {
  if (examples == 0) return {};
  const auto n = static_cast<double>(examples);
  const double p = static_cast<double>(right) / n;
  const double z2 = kNormal95 * kNormal95;
  const double centre = p + z2 / (2 * n);
  const double reach = kNormal95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  // Rounding must not push the ends out of what an accuracy can be.
  return {std::max(0.0, (centre - reach) / (1 + z2 / n)),
          std::min(1.0, (centre + reach) / (1 + z2 / n))};
}

Evaluation Evaluate(std::span<const float> probabilities, std::span<const std::uint8_t> labels,
                    const std::vector<std::string>& label_names) {
  const std::size_t classes = label_names.size();
  if (probabilities.size() != labels.size() * classes) {
    AbortBecause("Evaluate() needs one probability per label and example");
  }
  Judge judge(label_names);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes) AbortBecause("Evaluate() got a label that has no name");
    judge.Add(probabilities.subspan(i * classes, classes), labels[i]);
  }
  return judge.Finish();
}

double FitTemperature(std::span<const float> logits, std::span<const std::uint8_t> labels,
                      std::size_t classes) {
  if (logits.size() != labels.size() * classes) {
    AbortBecause("FitTemperature() needs one logit per class and example");
  }
  if (labels.empty()) return 1.0;
  // The loss is convex in 1 / temperature, hence has a single minimum in log(temperature) too.
  const double exponent =
      FindMinimum(std::log(kLowestTemperature), std::log(kHighestTemperature),
                  [&](double x) { return LogLossAt(std::exp(x), logits, labels, classes); });
  return std::exp(exponent);
}

}  // namespace glyphd
