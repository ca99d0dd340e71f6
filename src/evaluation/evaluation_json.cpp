#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "evaluation/metrics.h"

namespace glyphd {
namespace {

// Few lines are enough to write JSON; a library is only needed to read it.
std::string Quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20) {
      quoted += "\\u00";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Number(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

// A list of what `text` makes of each item.
template <typename Items, typename Text>
std::string List(const Items& items, const Text& text) {
  std::string list = "[";
  for (const auto& item : items) list += (list.size() > 1 ? "," : "") + text(item);
  return list + "]";
}

std::string RecallObject(const Evaluation& evaluation) {
  std::string object = "{";
  for (std::size_t i = 0; i < evaluation.recall.size(); ++i) {
    if (i > 0) object += ",";
    const double recall = evaluation.recall[i];
    object += Quoted(evaluation.label_names[i]) + ":" + (recall < 0 ? "null" : Number(recall));
  }
  return object + "}";
}

std::string BinObject(const CalibrationBin& bin) {
  return "{\"mean_confidence\":" + Number(bin.mean_confidence) +
         ",\"accuracy\":" + Number(bin.accuracy) + ",\"count\":" + std::to_string(bin.count) + "}";
}

std::string ConfusionRows(const Evaluation& evaluation) {
  const auto count = [](std::size_t value) { return std::to_string(value); };
  return List(evaluation.confusion, [&](const auto& row) { return List(row, count); });
}

std::string MistakeObject(const Evaluation& evaluation, const Mistake& mistake) {
  const auto name = [&](int label) {
    return Quoted(evaluation.label_names[static_cast<std::size_t>(label)]);
  };
  return "{\"example\":" + std::to_string(mistake.example) + ",\"truth\":" + name(mistake.truth) +
         ",\"answer\":" + name(mistake.answer) + ",\"confidence\":" + Number(mistake.confidence) +
         "}";
}

}  // namespace

std::string EvaluationToJson(const Evaluation& evaluation) {
  return "{\"examples\":" + std::to_string(evaluation.examples) +
         ",\"right\":" + std::to_string(evaluation.right) +
         ",\"accuracy\":" + Number(evaluation.accuracy) + ",\"accuracy_95\":[" +
         Number(evaluation.accuracy_low) + "," + Number(evaluation.accuracy_high) + "]" +
         ",\"mean_log_loss\":" + Number(evaluation.mean_log_loss) +
         ",\"calibration_error\":" + Number(evaluation.calibration_error) +
         ",\"labels\":" + List(evaluation.label_names, Quoted) +
         ",\"recall\":" + RecallObject(evaluation) + ",\"confusion\":" + ConfusionRows(evaluation) +
         ",\"calibration\":" + List(evaluation.calibration, BinObject) + ",\"mistakes\":" +
         List(evaluation.mistakes,
              [&](const Mistake& mistake) { return MistakeObject(evaluation, mistake); }) +
         "}";
}

}  // namespace glyphd
