#include <algorithm>
#include <iostream>
#include <thread>

#include <unistd.h>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/files.h"
#include "app/opened_model.h"
#include "app/ordered_work.h"
#include "app/picture_list.h"
#include "app/progress_bar.h"
#include "app/terminal.h"
#include "reading/reading.h"
#include "recognition/recognizer.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd read seven.png\n"
    "  glyphd read scans/ \"more/*.jpg\" --json > readings.jsonl\n"
    "  curl -s http://example.org/digit.png | glyphd read - --layout digit\n"
    "\n"
    "A folder means every picture below it. A picture that cannot be read does not stop the\n"
    "others; the exit status is then 1, or the picture's own when it was the only one.\n";

constexpr std::size_t kMaxPictureBytes = 256U << 20U;
constexpr std::size_t kMaxNameWidth = 48;
constexpr std::size_t kTextWidth = 12;

struct ReadArguments {
  std::vector<std::string> files;
  std::string layout = "auto";
  std::string model;
  bool json = false;
};

std::string JsonLine(const std::string& file, const Result<Reading>& reading,
                     const Classifier& model) {
  std::string json = "{\"file\":";
  AppendJsonString(file, json);
  if (reading.ok()) {
    json += ',';
    AppendReadingMembers(*reading, json);
    json += ",\"model\":{\"name\":";
    AppendJsonString(model.name(), json);
    json += ",\"version\":";
    AppendJsonString(model.version(), json);
  } else {
    json += ",\"error\":{\"code\":";
    AppendJsonString(ErrorCodeName(reading.error().code), json);
    json += ",\"message\":";
    AppendJsonString(reading.error().message, json);
  }
  return json + "}}";
}

// file, text, confidence and what to do about it, each column under the one above.
std::string TextLine(const std::string& file, std::size_t width, const Result<Reading>& reading,
                     bool colour) {
  const std::string start = PadRight(Printable(file), width) + "  ";
  if (!reading.ok()) {
    return start + Coloured(Printable(reading.error().message), Colour::kRed, colour);
  }
  const std::string text = reading->text.empty() ? "(blank)" : Printable(reading->text);
  const std::string sure = reading->confidence ? FormatPercent(*reading->confidence) : "      -";
  const std::string review = reading->needs_review ? "  needs review" : "";
  return start + PadRight(text, kTextWidth) + "  " + sure +
         Coloured(review, Colour::kYellow, colour);
}

class ReadingOutput {
 public:
  ReadingOutput(const ReadArguments& arguments, const Classifier& model,
                const std::vector<std::filesystem::path>& files)
      : json_(arguments.json), colour_(WantsColour(STDOUT_FILENO)), model_(model) {
    for (const auto& file : files) width_ = std::max(width_, DisplayWidth(file.string()));
    width_ = std::min(width_, kMaxNameWidth);
  }

  void Print(const std::string& file, const Result<Reading>& reading) {
    if (!reading.ok()) {
      ++failed_;
      last_failure_ = ExitCodeOf(reading.error().code);
    }
    std::cout << (json_ ? JsonLine(file, reading, model_)
                        : TextLine(file, width_, reading, colour_))
              << '\n';
  }

  int ExitStatus(std::size_t files) const {
    if (failed_ == 0) return kExitDone;
    return files == 1 ? last_failure_ : kExitSomeFailed;
  }

 private:
  bool json_;
  bool colour_;
  const Classifier& model_;
  std::size_t width_ = 0;
  std::size_t failed_ = 0;
  int last_failure_ = kExitDone;
};

Result<Reading> ReadFile(const std::filesystem::path& file, const Recognizer& recognizer,
                         const ReadOptions& options) {
  const auto bytes = ReadWholeFile(file, kMaxPictureBytes);
  if (!bytes.ok()) return bytes.error();
  return recognizer.Read(*bytes, options);
}

Result<int> Read(const ReadArguments& arguments) {
  const auto layout = ParseLayout(arguments.layout);
  if (!layout.ok()) return WrongConfiguration(layout.error());
  const auto files = ListPictures(arguments.files);
  if (!files.ok()) return files.error();
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  auto classifier = OpenModel(arguments.model, static_cast<int>(threads));
  if (!classifier.ok()) return std::move(classifier).error();

  const Recognizer recognizer(*classifier);
  const ReadOptions options{*layout, {}};
  ReadingOutput output(arguments, **classifier, *files);
  ProgressBar progress("reading");
  const auto read = [&](std::size_t i) { return ReadFile((*files)[i], recognizer, options); };
  const auto print = [&](std::size_t i, const Result<Reading>& reading) {
    progress.Hide();
    output.Print((*files)[i].string(), reading);
    progress.Show(i + 1, files->size());
  };
  OrderedWork<Result<Reading>>::Run(files->size(), threads, read, print);
  return output.ExitStatus(files->size());
}

}  // namespace

void AddReadCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<ReadArguments>();
  CLI::App* command = root.add_subcommand("read", "Read pictures, without a server");
  command->add_option("files", arguments->files, "Pictures, folders, patterns, or - for stdin")
      ->required()
      ->type_name("FILE");
  command->add_option("--layout", arguments->layout, "What to expect: auto, digit, line or page")
      ->capture_default_str();
  command->add_option("--model", arguments->model, "Model folder or name (the shipped one)")
      ->type_name("FOLDER");
  command->add_flag("--json", arguments->json, "One JSON object a line");
  command->footer(kExamples);
  RunsWith(*command, chosen, arguments, Read);
}

}  // namespace glyphd
