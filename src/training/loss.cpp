#include "training/loss.h"

#include <algorithm>
#include <cmath>

namespace glyphd {
namespace {

// Turns the row into probabilities and returns log(sum(exp(row))).
// exp() of the largest logit could overflow, so it is shifted to zero first.
double SoftmaxInPlace(std::span<float> row) {
  const float largest = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (float& value : row) sum += value = std::exp(value - largest);
  for (float& value : row) value = static_cast<float>(value / sum);
  return static_cast<double>(largest) + std::log(sum);
}

double RowLoss(std::span<const float> logits, std::uint8_t label, float smoothing,
               std::span<float> gradient, float share_of_mean) {
  std::copy(logits.begin(), logits.end(), gradient.begin());
  const double log_sum = SoftmaxInPlace(gradient);
  const float spread = smoothing / static_cast<float>(logits.size());
  double loss = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float target = spread + (i == label ? 1.0F - smoothing : 0.0F);
    loss += static_cast<double>(target) * (log_sum - static_cast<double>(logits[i]));
    gradient[i] = (gradient[i] - target) * share_of_mean;
  }
  return loss;
}

}  // namespace

BatchLoss SoftmaxCrossEntropy(std::span<const float> logits, std::span<const std::uint8_t> labels,
                              float smoothing, std::span<float> gradients) {
  const std::size_t classes = logits.size() / labels.size();
  const float share_of_mean = 1.0F / static_cast<float>(labels.size());
  BatchLoss total;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const auto answer = std::max_element(row.begin(), row.end()) - row.begin();
    total.right += answer == labels[i] ? 1 : 0;
    total.loss +=
        RowLoss(row, labels[i], smoothing, gradients.subspan(i * classes, classes), share_of_mean);
  }
  return total;
}

void SoftmaxRows(std::span<float> logits, std::size_t classes, double temperature) {
  for (float& logit : logits) logit = static_cast<float>(logit / temperature);
  for (std::size_t first = 0; first < logits.size(); first += classes) {
    SoftmaxInPlace(logits.subspan(first, classes));
  }
}

}  // namespace glyphd
