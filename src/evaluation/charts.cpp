#include "evaluation/charts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "evaluation/html_text.h"
#include "evaluation/number_text.h"

namespace glyphd {
namespace {

std::string Coordinate(double value) { return Fixed(value, 1); }

std::string Line(std::string_view css_class, double x1, double y1, double x2, double y2) {
  return "<line class=\"" + std::string(css_class) + "\" x1=\"" + Coordinate(x1) + "\" y1=\"" +
         Coordinate(y1) + "\" x2=\"" + Coordinate(x2) + "\" y2=\"" + Coordinate(y2) + "\"/>";
}

std::string Circle(std::string_view css_class, double x, double y, double radius,
                   const std::string& tip) {
  return "<circle class=\"" + std::string(css_class) + "\" cx=\"" + Coordinate(x) + "\" cy=\"" +
         Coordinate(y) + "\" r=\"" + Coordinate(radius) + "\"><title>" + EscapeHtml(tip) +
         "</title></circle>";
}

// anchor: start, middle or end
std::string Text(std::string_view anchor, double x, double y, const std::string& text) {
  return "<text text-anchor=\"" + std::string(anchor) + "\" x=\"" + Coordinate(x) + "\" y=\"" +
         Coordinate(y) + "\">" + EscapeHtml(text) + "</text>";
}

std::string Svg(double width, double height, const std::string& name, const std::string& content) {
  return "<svg viewBox=\"0 0 " + Coordinate(width) + " " + Coordinate(height) +
         "\" role=\"img\" aria-label=\"" + EscapeHtml(name) + "\">" + content + "</svg>";
}

struct Range {
  double low = 0;
  double high = 1;
};

// Data to pixels, with the frame, the grid and the words on it.
class Plot {
 public:
  Plot(double width, double height, double left, Range x, Range y)
      : width_(width), height_(height), left_(left), x_(x), y_(y) {}

  double X(double value) const { return left_ + Part(x_, value) * (width_ - left_ - kRight); }
  double Y(double value) const { return height_ - kBottom - Part(y_, value) * PlotHeight(); }

  std::string HorizontalGrid(const std::vector<double>& ticks,
                             const std::vector<std::string>& texts) const {
    std::string grid;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      grid += Line("grid", left_, Y(ticks[i]), width_ - kRight, Y(ticks[i]));
      grid += Text("end", left_ - 8, Y(ticks[i]) + 4, texts[i]);
    }
    return grid;
  }
  std::string VerticalGrid(const std::vector<double>& ticks,
                           const std::vector<std::string>& texts) const {
    std::string grid;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      grid += Line("grid", X(ticks[i]), kTop, X(ticks[i]), height_ - kBottom);
      grid += Text("middle", X(ticks[i]), height_ - kBottom + 18, texts[i]);
    }
    return grid;
  }
  std::string BottomTitle(const std::string& title) const {
    return Text("middle", (left_ + width_ - kRight) / 2, height_ - 4, title);
  }
  std::string Finish(const std::string& name, const std::string& content) const {
    return Svg(width_, height_, name, content);
  }

 private:
  static constexpr double kTop = 12;
  static constexpr double kRight = 32;
  static constexpr double kBottom = 44;

  static double Part(Range range, double value) {
    return (value - range.low) / (range.high - range.low);
  }
  double PlotHeight() const { return height_ - kTop - kBottom; }

  double width_;
  double height_;
  double left_;
  Range x_;
  Range y_;
};

int DecimalsFor(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
}

double StepOf(const std::vector<double>& ticks) {
  return ticks.size() < 2 ? 1.0 : ticks[1] - ticks[0];
}

std::vector<std::string> TickTexts(const std::vector<double>& ticks, bool percent) {
  std::vector<std::string> texts;
  const double scale = percent ? 100 : 1;
  const int decimals = DecimalsFor(StepOf(ticks) * scale);
  for (const double tick : ticks) {
    texts.push_back(Fixed(tick * scale, decimals) + (percent ? " %" : ""));
  }
  return texts;
}

std::vector<double> EpochTicks(const std::vector<int>& epochs) {
  std::vector<double> ticks = RoundTicks(epochs.front(), epochs.back(), 8);
  std::erase_if(ticks, [&](double tick) {
    return tick < epochs.front() || tick > epochs.back() || tick != std::floor(tick);
  });
  return ticks;
}

Range RangeOf(const std::vector<Series>& series) {
  Range range{series[0].values[0], series[0].values[0]};
  for (const Series& each : series) {
    for (const double value : each.values) {
      range = {std::min(range.low, value), std::max(range.high, value)};
    }
  }
  return range;
}

std::string Polyline(const Plot& plot, const std::vector<int>& x, const Series& series) {
  std::string points;
  for (std::size_t i = 0; i < x.size(); ++i) {
    points += Coordinate(plot.X(x[i])) + "," + Coordinate(plot.Y(series.values[i])) + " ";
  }
  return "<polyline class=\"" + series.css_class + "\" points=\"" + points + "\"/>";
}

std::string Points(const Plot& plot, const std::vector<int>& x, const Series& series,
                   bool percent) {
  std::string points;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = series.values[i];
    const std::string shown = percent ? Percent(value, 2) : Fixed(value, 4);
    points += Circle(series.css_class, plot.X(x[i]), plot.Y(value), 3,
                     "epoch " + std::to_string(x[i]) + ", " + series.name + ": " + shown);
  }
  return points;
}

std::string Legend(const std::vector<Series>& series) {
  std::string legend = "<p class=\"legend\">";
  for (const Series& each : series) {
    legend += "<span><i class=\"" + each.css_class + "\"></i>" + EscapeHtml(each.name) + "</span>";
  }
  return legend + "</p>";
}

double LowestOf(const std::vector<CalibrationBin>& bins) {
  double lowest = 1;
  for (const CalibrationBin& bin : bins) {
    lowest = std::min({lowest, bin.accuracy, bin.mean_confidence});
  }
  return lowest;
}

// Where an axis of shares that ends at 1 begins: at a round number below all of them.
double AxisStart(double lowest) {
  for (const double start : {0.99, 0.98, 0.95, 0.9, 0.8, 0.5}) {
    if (lowest > start) return start;
  }
  return 0;
}

std::string BinPoint(const Plot& plot, const CalibrationBin& bin) {
  const double x = plot.X(bin.mean_confidence);
  return Line("gap", x, plot.Y(bin.mean_confidence), x, plot.Y(bin.accuracy)) +
         Circle("validation", x, plot.Y(bin.accuracy), 5,
                Grouped(bin.count) + " answers: confidence " + Percent(bin.mean_confidence, 2) +
                    ", right " + Percent(bin.accuracy, 2));
}

// ---- confusion

constexpr double kCell = 40;
constexpr double kConfusionLeft = 84;
constexpr double kConfusionTop = 44;
constexpr std::size_t kMostClassesWithCounts = 40;  // beyond, the figures would not be readable

std::size_t RowTotal(const std::vector<std::size_t>& row) {
  return std::accumulate(row.begin(), row.end(), std::size_t{0});
}

std::size_t MostConfused(const Evaluation& evaluation) {
  std::size_t most = 1;
  for (std::size_t truth = 0; truth < evaluation.confusion.size(); ++truth) {
    for (std::size_t answer = 0; answer < evaluation.confusion.size(); ++answer) {
      if (truth != answer) most = std::max(most, evaluation.confusion[truth][answer]);
    }
  }
  return most;
}

// Logarithmic for mistakes: one and five must both be seen beside fifty.
double CellStrength(std::size_t count, std::size_t row_total, std::size_t most, bool diagonal) {
  if (count == 0) return 0;
  const auto amount = static_cast<double>(count);
  if (diagonal) return 0.15 + 0.75 * amount / static_cast<double>(row_total);
  return 0.15 + 0.75 * std::log1p(amount) / std::log1p(static_cast<double>(most));
}

class ConfusionDrawing {
 public:
  explicit ConfusionDrawing(const Evaluation& evaluation)
      : evaluation_(evaluation), most_(MostConfused(evaluation)) {}

  std::string Draw() const {
    const std::size_t classes = evaluation_.label_names.size();
    std::string content = Text("middle", At(0, kConfusionLeft) + Side() / 2, 14, "answer");
    content += "<text text-anchor=\"middle\" transform=\"translate(14 " +
               Coordinate(kConfusionTop + Side() / 2) + ") rotate(-90)\">truth</text>";
    for (std::size_t truth = 0; truth < classes; ++truth) {
      const std::string& name = evaluation_.label_names[truth];
      content += Text("middle", Middle(truth, kConfusionLeft), kConfusionTop - 10, name);
      content += Text("end", kConfusionLeft - 10, Middle(truth, kConfusionTop) + 5, name);
      for (std::size_t answer = 0; answer < classes; ++answer) content += Cell(truth, answer);
    }
    return Svg(kConfusionLeft + Side() + 8, kConfusionTop + Side() + 8, "Confusion matrix",
               content);
  }

 private:
  static double At(std::size_t index, double origin) {
    return origin + static_cast<double>(index) * kCell;
  }
  static double Middle(std::size_t index, double origin) { return At(index, origin) + kCell / 2; }
  double Side() const { return static_cast<double>(evaluation_.label_names.size()) * kCell; }

  std::string Tip(std::size_t truth, std::size_t answer) const {
    return evaluation_.label_names[truth] + " read as " + evaluation_.label_names[answer] + ": " +
           Grouped(evaluation_.confusion[truth][answer]);
  }
  std::string Cell(std::size_t truth, std::size_t answer) const {
    const std::vector<std::size_t>& row = evaluation_.confusion[truth];
    const bool diagonal = truth == answer;
    const double strength = CellStrength(row[answer], RowTotal(row), most_, diagonal);
    std::string cell = "<g class=\"" + std::string(diagonal ? "hit" : "miss") +
                       (strength > 0.55 ? " strong" : "") + "\"><title>" +
                       EscapeHtml(Tip(truth, answer)) + "</title><rect x=\"" +
                       Coordinate(At(answer, kConfusionLeft) + 1) + "\" y=\"" +
                       Coordinate(At(truth, kConfusionTop) + 1) + "\" width=\"" +
                       Coordinate(kCell - 2) + "\" height=\"" + Coordinate(kCell - 2) +
                       "\" rx=\"4\" fill-opacity=\"" + Fixed(strength, 2) + "\"/>";
    if (row[answer] > 0 && evaluation_.label_names.size() <= kMostClassesWithCounts) {
      cell += Text("middle", Middle(answer, kConfusionLeft), Middle(truth, kConfusionTop) + 5,
                   std::to_string(row[answer]));
    }
    return cell + "</g>";
  }

  const Evaluation& evaluation_;
  std::size_t most_;
};

// ---- recall

struct ClassRecall {
  std::string name;
  std::size_t right = 0;
  std::size_t examples = 0;
  double recall = 0;
  Interval interval;
};

std::vector<ClassRecall> ClassesWithExamples(const Evaluation& evaluation) {
  std::vector<ClassRecall> classes;
  for (std::size_t i = 0; i < evaluation.recall.size(); ++i) {
    if (evaluation.recall[i] < 0) continue;
    const std::size_t right = evaluation.confusion[i][i];
    const std::size_t examples = RowTotal(evaluation.confusion[i]);
    classes.push_back({evaluation.label_names[i], right, examples, evaluation.recall[i],
                       WilsonInterval(right, examples)});
  }
  return classes;
}

std::string RecallRow(const Plot& plot, const ClassRecall& row, double y) {
  const std::string tip = row.name + ": " + Percent(row.recall, 2) + ", " + Grouped(row.right) +
                          " of " + Grouped(row.examples);
  return Line("interval", plot.X(row.interval.low), plot.Y(y), plot.X(row.interval.high),
              plot.Y(y)) +
         Circle("validation", plot.X(row.recall), plot.Y(y), 5, tip);
}

}  // namespace

std::vector<double> RoundTicks(double low, double high, int count) {
  if (!(high > low)) high = low + 1;
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * 0.999) step = factor * power;
  }
  std::vector<double> ticks;
  // Multiples, not sums: adding steps up would drift off the round numbers.
  const double first = std::floor(low / step + 1e-9);
  for (double i = first; (i - 1) * step < high - 1e-9 * step; ++i) ticks.push_back(i * step);
  return ticks;
}

std::string LineChart(const std::vector<int>& x, const std::vector<Series>& series, bool percent) {
  if (x.empty() || series.empty()) return "";
  const Range values = RangeOf(series);
  // A loss is measured from zero; an accuracy is nearly always close to its upper end.
  const std::vector<double> ticks = RoundTicks(percent ? values.low : 0.0, values.high, 5);
  const double last = x.back() > x.front() ? x.back() : x.front() + 1;
  const Plot plot(560, 320, 64, {static_cast<double>(x.front()), last},
                  {ticks.front(), ticks.back()});
  const std::vector<double> epochs = EpochTicks(x);
  std::string content = plot.HorizontalGrid(ticks, TickTexts(ticks, percent)) +
                        plot.VerticalGrid(epochs, TickTexts(epochs, false)) +
                        plot.BottomTitle("epoch");
  for (const Series& each : series) {
    content += Polyline(plot, x, each) + Points(plot, x, each, percent);
  }
  return plot.Finish("Training curve", content) + Legend(series);
}

std::string ReliabilityChart(const std::vector<CalibrationBin>& bins) {
  const double start = AxisStart(LowestOf(bins));
  const std::vector<double> ticks = RoundTicks(start, 1, 5);
  const Range axis{ticks.front(), ticks.back()};
  const Plot plot(460, 420, 64, axis, axis);
  const std::vector<std::string> texts = TickTexts(ticks, true);
  std::string content =
      plot.HorizontalGrid(ticks, texts) + plot.VerticalGrid(ticks, texts) +
      plot.BottomTitle("mean confidence of the answers") +
      Line("ideal", plot.X(axis.low), plot.Y(axis.low), plot.X(axis.high), plot.Y(axis.high));
  for (const CalibrationBin& bin : bins) content += BinPoint(plot, bin);
  return plot.Finish("Share of right answers over confidence", content);
}

std::string ConfusionChart(const Evaluation& evaluation) {
  return ConfusionDrawing(evaluation).Draw();
}

std::string RecallChart(const Evaluation& evaluation) {
  const std::vector<ClassRecall> classes = ClassesWithExamples(evaluation);
  if (classes.empty()) return "";
  double lowest = 1;
  for (const ClassRecall& row : classes) lowest = std::min(lowest, row.interval.low);
  const std::vector<double> ticks = RoundTicks(AxisStart(lowest), 1, 5);
  const auto count = static_cast<double>(classes.size());
  const Plot plot(560, 60 + 30 * count, 110, {ticks.front(), ticks.back()}, {count, 0});
  std::vector<double> rows;
  std::vector<std::string> names;
  for (const ClassRecall& row : classes) {
    rows.push_back(static_cast<double>(rows.size()) + 0.5);
    names.push_back(row.name);
  }
  std::string content = plot.VerticalGrid(ticks, TickTexts(ticks, true)) +
                        plot.HorizontalGrid(rows, names) +
                        plot.BottomTitle("recall with its 95 % interval");
  for (std::size_t i = 0; i < rows.size(); ++i) content += RecallRow(plot, classes[i], rows[i]);
  return plot.Finish("Recall of each class", content);
}

}  // namespace glyphd
