#include "training/model_making.h"

#include "base/time.h"
#include "training/loss.h"
#include "training/training_network.h"

namespace glyphd {
namespace {

// A temperature fitted on fewer examples follows their noise.
constexpr std::size_t kFewestForTemperature = 200;

struct LabelledLogits {
  std::vector<float> logits;
  std::vector<std::uint8_t> labels;
};

Result<LabelledLogits> ValidationLogits(Trainer& trainer, const LabelledGlyphs& data) {
  LabelledLogits result;
  std::vector<GlyphImage> images;
  for (const std::size_t example : trainer.split().validation) {
    images.push_back(data.images[example]);
    result.labels.push_back(data.labels[example]);
  }
  Result<std::vector<float>> logits = trainer.Logits(images);
  if (!logits) return std::move(logits).error();
  result.logits = *std::move(logits);
  return result;
}

Evaluation EvaluateAt(double temperature, LabelledLogits labelled,
                      const std::vector<std::string>& label_names) {
  SoftmaxRows(labelled.logits, label_names.size(), temperature);
  return Evaluate(labelled.logits, labelled.labels, label_names);
}

double TotalSeconds(const TrainingState& state) {
  double seconds = 0;
  for (const EpochFigures& epoch : state.history) seconds += epoch.seconds;
  return seconds;
}

std::string DescribeData(const ModelFacts& facts, const DataSplit& split) {
  return facts.data + ": " + std::to_string(split.train.size()) + " examples learnt from, " +
         std::to_string(split.validation.size()) +
         " set aside by the seed for validation and choice of temperature";
}

void FillCard(const Trainer& trainer, const TrainingOptions& options, const ModelFacts& facts,
              ModelFolder& folder) {
  folder.card = {
      {"data", DescribeData(facts, trainer.split())},
      {"recipe", DescribeRecipe(options.recipe)},
      {"seed", std::to_string(options.seed)},
      {"threads", std::to_string(options.threads)},
      {"command", facts.command},
      {"library", TrainingLibrary()},
      {"preprocessing",
       "28 x 28 pixels, 0 = paper, 1 = full ink (bytes divided by 255). As in MNIST the ink is "
       "scaled into a 20 x 20 box with its aspect kept and anti-aliasing, and its centre of mass "
       "is put in the middle."},
      {"weights", "the running average over the last steps; batch normalisation is folded in"},
  };
}

void AddFigures(const std::string& prefix, const Evaluation& evaluation, ModelFolder& folder) {
  folder.figures[prefix + "_examples"] = static_cast<double>(evaluation.examples);
  folder.figures[prefix + "_accuracy"] = evaluation.accuracy;
  folder.figures[prefix + "_accuracy_low"] = evaluation.accuracy_low;
  folder.figures[prefix + "_accuracy_high"] = evaluation.accuracy_high;
  folder.figures[prefix + "_log_loss"] = evaluation.mean_log_loss;
  folder.figures[prefix + "_calibration_error"] = evaluation.calibration_error;
}

Status ReadTestSet(Trainer& trainer, const LabelledGlyphs& test, const ModelFacts& facts,
                   MadeModel& made) {
  Result<std::vector<float>> logits = trainer.Logits(test.images);
  if (!logits) return std::move(logits).error();
  made.test =
      EvaluateAt(made.folder.temperature, {*std::move(logits), test.labels}, made.folder.labels);
  made.folder.test_readings.push_back(
      {FormatTime(Now()), facts.test_reading_reason, made.test->accuracy});
  AddFigures("test", *made.test, made.folder);
  return {};
}

}  // namespace

Result<MadeModel> MakeModel(Trainer& trainer, const TrainingOptions& options,
                            const LabelledGlyphs& data, const LabelledGlyphs* test,
                            const ModelFacts& facts) {
  Result<LabelledLogits> validation = ValidationLogits(trainer, data);
  if (!validation) return std::move(validation).error();
  MadeModel made;
  ModelFolder& folder = made.folder;
  folder.name = facts.name;
  folder.labels = data.label_names;
  folder.layers = LayerSpecs(options.recipe.plan);
  folder.tensors = FoldedTensors(options.recipe.plan, trainer.state().average);
  if (validation->labels.size() >= kFewestForTemperature) {
    folder.temperature =
        FitTemperature(validation->logits, validation->labels, folder.labels.size());
  }
  folder.test_readings = facts.earlier_test_readings;
  FillCard(trainer, options, facts, folder);
  folder.figures["training_seconds"] = TotalSeconds(trainer.state());
  folder.figures["multiply_adds"] = static_cast<double>(MultiplyAdds(options.recipe.plan));
  made.validation = EvaluateAt(folder.temperature, *std::move(validation), folder.labels);
  AddFigures("validation", made.validation, folder);
  if (test != nullptr) {
    Status read = ReadTestSet(trainer, *test, facts, made);
    if (!read) return std::move(read).error();
  }
  return made;
}

}  // namespace glyphd
