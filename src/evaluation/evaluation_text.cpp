#include <algorithm>
#include <string>
#include <string_view>

#include "evaluation/metrics.h"
#include "evaluation/number_text.h"

namespace glyphd {
namespace {

constexpr std::size_t kRecallBarWidth = 20;

// What a terminal shows of a text: UTF-8 sequences count once.
std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string Right(const std::string& text, std::size_t width) {
  const std::size_t columns = Columns(text);
  return std::string(width > columns ? width - columns : 0, ' ') + text;
}

class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  std::string Bold(const std::string& text) const { return With("1", text); }
  std::string Faint(const std::string& text) const { return With("2", text); }
  std::string Good(const std::string& text) const { return With("32", text); }
  std::string Bad(const std::string& text) const { return With("31", text); }

 private:
  std::string With(const char* code, const std::string& text) const {
    return colour_ ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
  }
  bool colour_;
};

std::string Summary(const Evaluation& evaluation, const Paint& paint) {
  return "Accuracy           " + paint.Bold(Percent(evaluation.accuracy, 2)) +
         "  (95 %: " + Percent(evaluation.accuracy_low, 2) + " to " +
         Percent(evaluation.accuracy_high, 2) + ")\n" + "Right              " +
         Grouped(evaluation.right) + " of " + Grouped(evaluation.examples) + "\n" +
         "Calibration error  " + Percent(evaluation.calibration_error, 2) + "\n" +
         "Mean log loss      " + Fixed(evaluation.mean_log_loss, 4) + "\n";
}

std::string Bar(double share) {
  const auto filled = static_cast<std::size_t>(share * kRecallBarWidth + 0.5);
  std::string bar;
  for (std::size_t i = 0; i < kRecallBarWidth; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

std::size_t LabelWidth(const Evaluation& evaluation) {
  std::size_t width = 5;  // "Class"
  for (const std::string& name : evaluation.label_names) width = std::max(width, Columns(name));
  return width;
}

std::string RecallTable(const Evaluation& evaluation, const Paint& paint) {
  const std::size_t width = LabelWidth(evaluation);
  std::string table = "\n" + paint.Faint(Right("Class", width) + "   Recall") + "\n";
  for (std::size_t i = 0; i < evaluation.recall.size(); ++i) {
    const double recall = evaluation.recall[i];
    table += Right(evaluation.label_names[i], width) + "  ";
    table += recall < 0 ? paint.Faint("no example")
                        : Right(Percent(recall, 2), 8) + "  " + paint.Faint(Bar(recall));
    table += "\n";
  }
  return table;
}

std::size_t CellWidth(const Evaluation& evaluation) {
  std::size_t width = 3;
  for (const auto& row : evaluation.confusion) {
    for (const std::size_t count : row) width = std::max(width, std::to_string(count).size());
  }
  for (const std::string& name : evaluation.label_names) width = std::max(width, Columns(name));
  return width + 1;
}

std::string Cell(std::size_t count, bool diagonal, std::size_t width, const Paint& paint) {
  if (count == 0) return paint.Faint(Right("·", width));
  const std::string text = Right(std::to_string(count), width);
  return diagonal ? paint.Good(text) : paint.Bad(text);
}

std::string ConfusionTable(const Evaluation& evaluation, const Paint& paint) {
  const std::size_t label_width = LabelWidth(evaluation);
  const std::size_t width = CellWidth(evaluation);
  std::string head = Right("", label_width);
  for (const std::string& name : evaluation.label_names) head += Right(name, width);
  std::string table = "\n" +
                      paint.Faint("Confusion: a row for each truth, a column for each answer") +
                      "\n" + paint.Faint(head) + "\n";
  for (std::size_t truth = 0; truth < evaluation.confusion.size(); ++truth) {
    table += paint.Faint(Right(evaluation.label_names[truth], label_width));
    for (std::size_t answer = 0; answer < evaluation.confusion.size(); ++answer) {
      table += Cell(evaluation.confusion[truth][answer], truth == answer, width, paint);
    }
    table += "\n";
  }
  return table;
}

}  // namespace

std::string EvaluationToText(const Evaluation& evaluation, bool colour) {
  const Paint paint(colour);
  return Summary(evaluation, paint) + RecallTable(evaluation, paint) +
         ConfusionTable(evaluation, paint);
}

}  // namespace glyphd
