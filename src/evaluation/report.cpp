#include "evaluation/report.h"

#include <algorithm>

#include "evaluation/charts.h"
#include "evaluation/glyph_png.h"
#include "evaluation/html_text.h"
#include "evaluation/number_text.h"
#include "evaluation/report_style.h"

namespace glyphd {
namespace {

constexpr std::size_t kMostMistakesShown = 60;
constexpr std::size_t kMostNameShown = 30;  // bytes

std::string Section(const std::string& title, const std::string& note, const std::string& content) {
  return "<section><h2>" + EscapeHtml(title) + "</h2><p class=\"note\">" + EscapeHtml(note) +
         "</p>" + content + "</section>\n";
}

std::string Tile(const std::string& figure, const std::string& meaning) {
  return "<div class=\"tile\"><b>" + EscapeHtml(figure) + "</b><span>" + EscapeHtml(meaning) +
         "</span></div>";
}

std::string Tiles(const Evaluation& evaluation) {
  if (evaluation.examples == 0) return "";
  return "<div class=\"tiles\">" +
         Tile(Percent(evaluation.accuracy, 2), "accuracy; 95 % interval " +
                                                   Percent(evaluation.accuracy_low, 2) + " to " +
                                                   Percent(evaluation.accuracy_high, 2)) +
         Tile(Grouped(evaluation.mistakes.size()),
              "mistakes in " + Grouped(evaluation.examples) + " examples") +
         Tile(Percent(evaluation.calibration_error, 2), "calibration error, ten equal-count bins") +
         Tile(Fixed(evaluation.mean_log_loss, 4), "mean log loss") + "</div>\n";
}

std::string Facts(const Report& report) {
  if (report.facts.empty()) return "";
  std::string rows;
  for (const auto& [name, value] : report.facts) {
    rows += "<tr><th scope=\"row\">" + EscapeHtml(name) + "</th><td>" + EscapeHtml(value) +
            "</td></tr>";
  }
  return "<section><table class=\"facts\">" + rows + "</table></section>\n";
}

std::vector<double> Column(const std::vector<EpochFigures>& epochs, double EpochFigures::* figure) {
  std::vector<double> values;
  for (const EpochFigures& epoch : epochs) values.push_back(epoch.*figure);
  return values;
}

std::string Curve(const std::vector<EpochFigures>& epochs, double EpochFigures::* training,
                  double EpochFigures::* validation, bool percent) {
  std::vector<int> x;
  for (const EpochFigures& epoch : epochs) x.push_back(epoch.epoch);
  return LineChart(x,
                   {{"training", "training", Column(epochs, training)},
                    {"validation", "validation", Column(epochs, validation)}},
                   percent);
}

double TotalSeconds(const std::vector<EpochFigures>& epochs) {
  double seconds = 0;
  for (const EpochFigures& epoch : epochs) seconds += epoch.seconds;
  return seconds;
}

std::string TrainingSection(const std::vector<EpochFigures>& epochs) {
  if (epochs.empty()) return "";
  return Section(
      "Training",
      std::to_string(epochs.size()) + " epochs in " + Fixed(TotalSeconds(epochs), 0) +
          " s. The validation examples were never trained on.",
      "<div class=\"pair\"><div><h3>Loss</h3>" +
          Curve(epochs, &EpochFigures::train_loss, &EpochFigures::validation_loss, false) +
          "</div><div><h3>Accuracy</h3>" +
          Curve(epochs, &EpochFigures::train_accuracy, &EpochFigures::validation_accuracy, true) +
          "</div></div>");
}

std::string ClassesSection(const Evaluation& evaluation) {
  return Section("Classes",
                 "A row of the matrix is a true class, a column what was answered; shades of "
                 "mistakes are logarithmic. Recall is the share of a class that was found.",
                 "<div class=\"pair\"><div><h3>Confusion matrix</h3>" + ConfusionChart(evaluation) +
                     "</div><div><h3>Recall</h3>" + RecallChart(evaluation) + "</div></div>");
}

std::string BinTable(const std::vector<CalibrationBin>& bins) {
  std::string rows = "<tr><th>Answers</th><th>Confidence</th><th>Right</th><th>Gap</th></tr>";
  for (const CalibrationBin& bin : bins) {
    const double gap = bin.accuracy - bin.mean_confidence;
    rows += "<tr><td>" + Grouped(bin.count) + "</td><td>" + Percent(bin.mean_confidence, 2) +
            "</td><td>" + Percent(bin.accuracy, 2) + "</td><td>" + (gap > 0 ? "+" : "") +
            Fixed(100 * gap, 2) + "</td></tr>";
  }
  return "<div class=\"scroll\"><table class=\"figures\">" + rows + "</table></div>";
}

std::string CalibrationSection(const Evaluation& evaluation) {
  return Section("Calibration",
                 "Whether a confidence can be taken at its word: of the answers given with 90 %, "
                 "90 % should be right. On the dashed line they are; the answers are sorted by "
                 "confidence and cut into bins of equal count.",
                 "<div class=\"pair\"><div>" + ReliabilityChart(evaluation.calibration) +
                     "</div><div>" + BinTable(evaluation.calibration) + "</div></div>");
}

// The end of a path tells more than its beginning; the whole is in the tip.
std::string Tail(const std::string& name) {
  if (name.size() <= kMostNameShown) return name;
  std::size_t begin = name.size() - kMostNameShown;
  while (begin < name.size() && (static_cast<unsigned char>(name[begin]) & 0xC0) == 0x80) ++begin;
  return "…" + name.substr(begin);
}

std::string MistakeFigure(const Report& report, const Mistake& mistake) {
  const auto name = [&](int label) {
    return EscapeHtml(report.evaluation.label_names[static_cast<std::size_t>(label)]);
  };
  const std::string example = report.example_name ? report.example_name(mistake.example)
                                                  : "#" + std::to_string(mistake.example);
  std::string figure = "<figure>";
  if (report.image) {
    figure += "<img alt=\"" + EscapeHtml(example) + "\" src=\"" +
              GlyphDataUri(report.image(mistake.example)) + "\">";
  }
  return figure + "<figcaption><b>" + name(mistake.truth) + "</b> read as <b><em>" +
         name(mistake.answer) + "</em></b><br>" + Percent(mistake.confidence, 1) +
         "<small title=\"" + EscapeHtml(example) + "\">" + EscapeHtml(Tail(example)) +
         "</small></figcaption></figure>";
}

std::string MistakesSection(const Report& report) {
  const std::vector<Mistake>& mistakes = report.evaluation.mistakes;
  if (mistakes.empty()) return Section("Mistakes", "None.", "");
  const std::size_t shown = std::min(mistakes.size(), kMostMistakesShown);
  std::string gallery = "<div class=\"gallery\">";
  for (std::size_t i = 0; i < shown; ++i) gallery += MistakeFigure(report, mistakes[i]);
  return Section("The worst mistakes",
                 "The surest wrong answers first, " + Grouped(shown) + " of " +
                     Grouped(mistakes.size()) + ", with the confidence of the wrong answer.",
                 gallery + "</div>");
}

std::string EvaluationSections(const Report& report) {
  if (report.evaluation.examples == 0) return "";
  return ClassesSection(report.evaluation) + CalibrationSection(report.evaluation) +
         MistakesSection(report);
}

}  // namespace

std::string RenderReport(const Report& report) {
  const std::string title = EscapeHtml(report.title);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
         title + "</title><style>" + std::string(kReportStyle) +
         "</style></head>\n<body><main><h1>" + title + "</h1>\n" + Tiles(report.evaluation) +
         Facts(report) + TrainingSection(report.epochs) + EvaluationSections(report) +
         "<footer>Made by glyphd.</footer></main></body></html>\n";
}

}  // namespace glyphd
