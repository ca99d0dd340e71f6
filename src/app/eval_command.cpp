#include <algorithm>
#include <iostream>

#include <unistd.h>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/files.h"
#include "app/opened_model.h"
#include "app/progress_bar.h"
#include "app/terminal.h"
#include "base/time.h"
#include "dataset/labelled_glyphs.h"
#include "evaluation/metrics.h"
#include "evaluation/report.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd eval --data mnist/t10k-images-idx3-ubyte\n"
    "  glyphd eval --data pictures/ --model mine/ --json\n"
    "  glyphd eval --data labels.csv --report report.html\n"
    "\n"
    "The data is an IDX images file with its labels beside it (plain or .gz), a folder with one\n"
    "folder of pictures per class, or a CSV of path,label.\n";

constexpr std::size_t kGroup = 256;

struct EvalArguments {
  std::string data;
  std::string model;
  bool json = false;
  std::string report;
};

// The model's own number for each label of the data.
Result<std::vector<std::uint8_t>> LabelsOfModel(const LabelledGlyphs& data,
                                                const std::vector<std::string>& known) {
  std::vector<std::uint8_t> number;
  for (const std::string& name : data.label_names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      return InvalidInput("the data has the class \"" + name + "\", which the model does not know");
    }
    number.push_back(static_cast<std::uint8_t>(found - known.begin()));
  }
  std::vector<std::uint8_t> labels;
  for (const std::uint8_t label : data.labels) labels.push_back(number[label]);
  return labels;
}

Result<std::vector<float>> ClassifyAll(const Classifier& model,
                                       const std::vector<GlyphImage>& images) {
  const std::size_t classes = model.labels().size();
  std::vector<float> probabilities(images.size() * classes);
  ProgressBar progress("classifying");
  for (std::size_t first = 0; first < images.size(); first += kGroup) {
    const std::size_t count = std::min(kGroup, images.size() - first);
    const std::span<float> target(probabilities.data() + first * classes, count * classes);
    if (Status status = model.Classify({images.data() + first, count}, target); !status.ok()) {
      return std::move(status).error();
    }
    progress.Show(first + count, images.size());
  }
  return probabilities;
}

Result<Evaluation> EvaluateModel(const Classifier& model, const LabelledGlyphs& data) {
  const auto labels = LabelsOfModel(data, model.labels());
  if (!labels.ok()) return labels.error();
  const auto probabilities = ClassifyAll(model, data.images);
  if (!probabilities.ok()) return probabilities.error();
  return Evaluate(*probabilities, *labels, model.labels());
}

Status WriteReport(const EvalArguments& arguments, const Classifier& model,
                   const LabelledGlyphs& data, const Evaluation& evaluation) {
  Report report;
  report.title = "Evaluation of " + model.name() + "@" + model.version();
  report.facts = {{"Model", model.name() + "@" + model.version()},
                  {"Data", arguments.data},
                  {"Examples", std::to_string(data.size())},
                  {"Made", FormatTime(Now())}};
  report.evaluation = evaluation;
  report.image = [&data](std::size_t i) { return data.images[i]; };
  report.example_name = [&data](std::size_t i) { return data.names[i]; };
  return WriteWholeFile(arguments.report, AsBytes(RenderReport(report)));
}

Result<LabelledGlyphs> ReadData(const std::string& path) {
  ProgressBar progress("reading");
  auto data = ReadLabelledGlyphs(
      path, [&progress](std::size_t done, std::size_t total) { progress.Show(done, total); });
  if (data.ok() && data->size() == 0) return InvalidInput(path + " holds no example");
  return data;
}

Result<int> Eval(const EvalArguments& arguments) {
  const auto model = OpenModel(arguments.model, 1);
  if (!model.ok()) return model.error();
  const auto data = ReadData(arguments.data);
  if (!data.ok()) return data.error();
  const auto evaluation = EvaluateModel(**model, *data);
  if (!evaluation.ok()) return evaluation.error();
  std::cout << (arguments.json ? EvaluationToJson(*evaluation) + "\n"
                               : EvaluationToText(*evaluation, WantsColour(STDOUT_FILENO)));
  if (arguments.report.empty()) return kExitDone;
  if (Status written = WriteReport(arguments, **model, *data, *evaluation); !written.ok()) {
    return std::move(written).error();
  }
  std::cerr << "report: " << arguments.report << '\n';
  return kExitDone;
}

}  // namespace

void AddEvalCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = root.add_subcommand("eval", "Measure how good a model is");
  command->add_option("--data", arguments->data, "IDX file, folder of classes, or CSV")
      ->required()
      ->type_name("PATH");
  command->add_option("--model", arguments->model, "Model folder or name (the shipped one)")
      ->type_name("FOLDER");
  command->add_flag("--json", arguments->json, "One JSON object");
  command->add_option("--report", arguments->report, "Also write a self-contained HTML page")
      ->type_name("FILE");
  command->footer(kExamples);
  RunsWith(*command, chosen, arguments, Eval);
}

}  // namespace glyphd
