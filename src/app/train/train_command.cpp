#include "app/train/train_command.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <system_error>
#include <thread>

#include "app/train/progress_display.h"
#include "dataset/labelled_glyphs.h"
#include "evaluation/report.h"
#include "reading/reading.h"
#include "training/checkpoint.h"
#include "training/model_making.h"

namespace glyphd {

std::atomic<int> stop_signal{0};

namespace {

namespace fs = std::filesystem;

struct TrainData {
  LabelledGlyphs train;
  std::optional<LabelledGlyphs> test;
  std::string description;
};

bool IsMnistFolder(const fs::path& path) {
  for (const char* file : {"t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"}) {
    if (fs::exists(path / file)) return true;
  }
  return false;
}

Result<TrainData> ReadData(const fs::path& path) {
  if (IsMnistFolder(path)) {
    Result<MnistData> mnist = ReadMnist(path);
    if (!mnist) return std::move(mnist).error();
    return TrainData{std::move(mnist->train), std::move(mnist->test), "MNIST's training set"};
  }
  Result<LabelledGlyphs> glyphs = ReadLabelledGlyphs(path);
  if (!glyphs) return std::move(glyphs).error();
  return TrainData{*std::move(glyphs), std::nullopt, path.filename().string()};
}

Result<TrainingOptions> MakeOptions(const TrainArguments& arguments, std::size_t classes) {
  Result<Recipe> recipe = MakeRecipe(arguments.recipe, static_cast<int>(classes));
  if (!recipe) return std::move(recipe).error();
  TrainingOptions options;
  options.recipe = *std::move(recipe);
  options.recipe.epochs = arguments.epochs.value_or(options.recipe.epochs);
  options.recipe.batch = arguments.batch.value_or(options.recipe.batch);
  options.recipe.peak_learning_rate =
      arguments.learning_rate.value_or(options.recipe.peak_learning_rate);
  if (!arguments.augment) options.recipe.augmentation.reset();
  options.seed = arguments.seed;
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  options.threads = arguments.threads > 0 ? arguments.threads : cores;
  return options;
}

// Beside the model, not in it: the model's folder is replaced as a whole.
fs::path CheckpointPath(const fs::path& out) { return out.string() + ".checkpoint"; }

// "models/mine/" and "models/mine" are one folder, and only the latter has a name.
fs::path WithoutTrailingSlash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

// Asked before the work, not after ten minutes of it.
Status PrepareFolder(const fs::path& out) {
  const fs::path parent = fs::absolute(out).parent_path();
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) {
    return Unavailable("cannot make the folder " + parent.string() + ": " + error.message());
  }
  const bool taken = fs::exists(out) && !fs::exists(out / "model.json") &&
                     !(fs::is_directory(out) && fs::is_empty(out, error));
  if (!taken) return {};
  return Conflict(out.string() + " exists and is no model: name a new or an empty folder");
}

Status PrepareState(const TrainArguments& arguments, const fs::path& checkpoint,
                    const TrainingSettings& settings, Trainer& trainer) {
  if (arguments.resume) {
    Result<TrainingState> state = ReadCheckpoint(checkpoint, settings);
    if (!state) return std::move(state).error();
    return trainer.Restore(*std::move(state));
  }
  if (!fs::exists(checkpoint)) return {};
  return Conflict("an unfinished training is kept in " + checkpoint.string() +
                  "; continue it with --resume, or delete that file to train anew");
}

// The list of test readings belongs to the place: a model that is trained again inherits it, so
// that choosing among several trainings by their test accuracy cannot stay unseen.
std::vector<TestReading> EarlierTestReadings(const fs::path& out) {
  Result<ModelFolder> before = ReadModelFolder(out);
  return before.ok() ? before->test_readings : std::vector<TestReading>{};
}

void AppendMember(std::string_view key, double value, std::string& json) {
  json += json.back() == '{' ? "" : ",";
  AppendJsonString(key, json);
  json += ':';
  AppendJsonNumber(value, json);
}

std::string EpochToJson(const EpochFigures& figures) {
  std::string json = "{";
  AppendMember("epoch", figures.epoch, json);
  AppendMember("train_loss", figures.train_loss, json);
  AppendMember("train_accuracy", figures.train_accuracy, json);
  AppendMember("validation_loss", figures.validation_loss, json);
  AppendMember("validation_accuracy", figures.validation_accuracy, json);
  AppendMember("learning_rate", figures.learning_rate, json);
  AppendMember("seconds", figures.seconds, json);
  return json + "}";
}

// For programs: one object an epoch on standard output, nothing drawn.
class JsonLines final : public TrainingWatcher {
 public:
  void OnStep(const TrainingProgress&) override {}
  void OnEpoch(const EpochFigures& figures) override {
    std::cout << EpochToJson(figures) << std::endl;
  }
  bool ShouldStop() override { return stop_signal != 0; }
};

std::unique_ptr<TrainingWatcher> MakeWatcher(bool json) {
  if (json) return std::make_unique<JsonLines>();
  return std::make_unique<ProgressDisplay>(std::cerr, DisplayOptionsOfStandardError(),
                                           [] { return stop_signal != 0; });
}

Status WriteText(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (file) return {};
  return Unavailable("cannot write " + path.string() + ": " + std::strerror(errno));
}

// Of the test set where it was read, else of the validation examples.
Report MakeReport(const MadeModel& made, const TrainData& data, const Trainer& trainer) {
  Report report;
  report.title = "Training of " + made.folder.name;
  report.facts = {made.folder.card.begin(), made.folder.card.end()};
  report.facts.emplace_back("figures of", made.test ? "the test set" : "the validation examples");
  report.epochs = trainer.state().history;
  report.evaluation = made.test ? *made.test : made.validation;
  const LabelledGlyphs& shown = made.test ? *data.test : data.train;
  const std::vector<std::size_t>& validation = trainer.split().validation;
  const bool whole = made.test.has_value();
  const auto place = [&validation, whole](std::size_t i) { return whole ? i : validation[i]; };
  report.image = [&shown, place](std::size_t i) { return shown.images[place(i)]; };
  report.example_name = [&shown, place](std::size_t i) { return shown.names[place(i)]; };
  return report;
}

void PrintResult(const TrainArguments& arguments, const ModelFolder& model, const fs::path& report,
                 const MadeModel& made) {
  const Evaluation& evaluation = made.test ? *made.test : made.validation;
  if (!arguments.json) {
    std::cout << EvaluationToText(evaluation, false) << "model   " << arguments.out.string() << " ("
              << model.name << " " << model.version << ")\nreport  " << report.string()
              << std::endl;
    return;
  }
  std::string json = "{\"model\":";
  AppendJsonString(arguments.out.string(), json);
  json += ",\"name\":";
  AppendJsonString(model.name, json);
  json += ",\"version\":";
  AppendJsonString(model.version, json);
  json += ",\"report\":";
  AppendJsonString(report.string(), json);
  json += made.test ? ",\"test\":" : ",\"validation\":";
  std::cout << json << EvaluationToJson(evaluation) << "}" << std::endl;
}

Status Finish(const TrainArguments& arguments, const TrainingOptions& options,
              const TrainData& data, Trainer& trainer) {
  ModelFacts facts;
  facts.name = arguments.name;
  facts.data = data.description;
  facts.command = arguments.command;
  facts.test_reading_reason = arguments.test_reason;
  facts.earlier_test_readings = EarlierTestReadings(arguments.out);
  const bool reads_test = arguments.read_test && data.test.has_value();
  Result<MadeModel> made =
      MakeModel(trainer, options, data.train, reads_test ? &*data.test : nullptr, facts);
  if (!made) return std::move(made).error();
  if (Status wrote = WriteModelFolder(made->folder, arguments.out); !wrote) return wrote;
  Result<ModelFolder> written = ReadModelFolder(arguments.out);
  if (!written) return std::move(written).error().During("read the new model back");
  const fs::path report = arguments.report.value_or(arguments.out / "report.html");
  Status reported = WriteText(report, RenderReport(MakeReport(*made, data, trainer)));
  if (!reported) return reported;
  PrintResult(arguments, *written, report, *made);
  return {};
}

Result<TrainOutcome> Train(const TrainArguments& arguments, const TrainingOptions& options,
                           const TrainData& data) {
  Result<std::unique_ptr<Trainer>> trainer = Trainer::Create(data.train, options);
  if (!trainer) return std::move(trainer).error();
  const fs::path checkpoint = CheckpointPath(arguments.out);
  const TrainingSettings settings = SettingsOf(data.train, options);
  Status prepared = PrepareState(arguments, checkpoint, settings, **trainer);
  if (!prepared) return std::move(prepared).error();
  const std::unique_ptr<TrainingWatcher> watcher = MakeWatcher(arguments.json);
  const auto save = [&](const TrainingState& state) {
    return WriteCheckpoint(checkpoint, settings, state);
  };
  Result<TrainingEnd> end = (*trainer)->Run(*watcher, save);
  if (!end) return std::move(end).error();
  if (*end == TrainingEnd::kStopped) {
    std::cerr << "\nstopped; the state is kept in " << checkpoint.string()
              << "\nadd --resume to the same command to continue" << std::endl;
    return TrainOutcome{stop_signal};
  }
  Status finished = Finish(arguments, options, data, **trainer);
  if (!finished) return std::move(finished).error();
  std::error_code ignored;  // a checkpoint that stays only takes room
  fs::remove(checkpoint, ignored);
  return TrainOutcome{};
}

}  // namespace

Result<TrainOutcome> RunTrainCommand(const TrainArguments& given) {
  TrainArguments arguments = given;
  arguments.out = WithoutTrailingSlash(arguments.out);
  if (arguments.name.empty()) arguments.name = arguments.out.filename().string();
  if (Status prepared = PrepareFolder(arguments.out); !prepared) {
    return std::move(prepared).error();
  }
  Result<TrainData> data = ReadData(arguments.data);
  if (!data) return std::move(data).error();
  Result<TrainingOptions> options = MakeOptions(arguments, data->train.label_names.size());
  if (!options) return std::move(options).error();
  return Train(arguments, *options, *data);
}

}  // namespace glyphd
