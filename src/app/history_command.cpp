#include <iostream>

#include <unistd.h>

#include "app/command.h"
#include "app/csv.h"
#include "app/exit_code.h"
#include "app/files.h"
#include "app/history_filter.h"
#include "app/record_walk.h"
#include "app/service_options.h"
#include "app/terminal.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd history --limit 10\n"
    "  glyphd history --needs-review true --corrected false --json\n"
    "  glyphd history --since 2026-11-01T00:00:00Z --limit 0 --csv > november.csv\n"
    "  glyphd history --text 7 --export-pictures sevens/\n"
    "\n"
    "Reads beside a running server and never writes to its data. The newest come first.\n";

struct HistoryArguments {
  std::string data;
  bool json = false;
  bool csv = false;
  std::size_t limit = 50;
  std::string pictures;
  FilterTexts filter;
};

using RowFormat = std::string (*)(const Recognition&);

std::string JsonRow(const Recognition& recognition) {
  std::string json;
  AppendRecognitionJson(recognition, json);
  return json + "\n";
}

constexpr const char* kCsvHeader =
    "id,created_at,text,confidence,needs_review,correction,corrected_at,model_name,model_version,"
    "filename,media_type,width,height,bytes,sha256,reference\n";

std::string ConfidenceText(const Recognition& recognition) {
  std::string text;
  if (recognition.reading.confidence) AppendJsonNumber(*recognition.reading.confidence, text);
  return text;
}

std::string CsvLine(const Recognition& recognition) {
  const auto& [sha256, filename, media_type, width, height, bytes] = recognition.image;
  const auto& correction = recognition.correction;
  return CsvRow({recognition.id.ToString(), FormatTime(recognition.created_at),
                 CsvText(recognition.reading.text), ConfidenceText(recognition),
                 recognition.reading.needs_review ? "true" : "false",
                 correction && correction->text ? CsvText(*correction->text) : "",
                 correction ? FormatTime(correction->created_at) : "",
                 CsvText(recognition.model_name), CsvText(recognition.model_version),
                 CsvText(filename), CsvText(media_type), std::to_string(width),
                 std::to_string(height), std::to_string(bytes), ToHex(sha256),
                 CsvText(recognition.reference)});
}

std::string CorrectionNote(const std::optional<Correction>& correction) {
  if (!correction) return "";
  if (!correction->text) return "corrected: no digit";
  return "corrected: " + Printable(*correction->text);
}

std::string TableLine(const Recognition& recognition) {
  const Reading& reading = recognition.reading;
  const std::string text = reading.text.empty() ? "(blank)" : Printable(reading.text);
  const std::string sure = reading.confidence ? FormatPercent(*reading.confidence) : "      -";
  const std::string review = reading.needs_review ? "needs review" : "";
  return FormatTime(recognition.created_at) + "  " + recognition.id.ToString() + "  " +
         PadRight(text, 12) + "  " + sure + "  " +
         Coloured(PadRight(review, 12), Colour::kYellow, WantsColour(STDOUT_FILENO)) + "  " +
         PadRight(Printable(recognition.image.filename), 20) + "  " +
         CorrectionNote(recognition.correction) + "\n";
}

RowFormat FormatOf(const HistoryArguments& arguments) {
  if (arguments.json) return JsonRow;
  return arguments.csv ? CsvLine : TableLine;
}

Status ExportPicture(RecognitionStore& store, const Recognition& recognition, const fs::path& to) {
  const auto picture = store.Picture(recognition.id);
  if (!picture.ok()) return picture.error();
  return WriteWholeFile(to / PictureFileName(recognition), **picture);
}

Status PrintAll(RecognitionStore& store, const RecognitionFilter& filter,
                const HistoryArguments& arguments) {
  const RowFormat format = FormatOf(arguments);
  return WalkRecords(store, filter, arguments.limit, [&](const Recognition& recognition) {
    std::cout << format(recognition);
    return arguments.pictures.empty() ? Status()
                                      : ExportPicture(store, recognition, arguments.pictures);
  });
}

Result<int> History(const HistoryArguments& arguments) {
  const auto filter = ParseFilter(arguments.filter);
  if (!filter.ok()) return WrongConfiguration(filter.error());
  const auto options = LoadServiceOptions(arguments.data);
  if (!options.ok()) return WrongConfiguration(options.error());
  const auto store = OpenHistory(options->database.path);
  if (!store.ok()) return store.error();
  if (arguments.csv) std::cout << kCsvHeader;
  if (Status status = PrintAll(**store, *filter, arguments); !status.ok()) {
    return std::move(status).error();
  }
  return kExitDone;
}

}  // namespace

void AddHistoryCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<HistoryArguments>();
  CLI::App* command = root.add_subcommand("history", "List, filter and export what was read");
  command->add_option("--data", arguments->data, "The server's data folder")->type_name("DIR");
  CLI::Option* json = command->add_flag("--json", arguments->json, "One JSON object a line");
  command->add_flag("--csv", arguments->csv, "Comma-separated, with a header")->excludes(json);
  command->add_option("--limit", arguments->limit, "Most records; 0: all")->capture_default_str();
  command
      ->add_option("--export-pictures", arguments->pictures,
                   "Also write each picture as DIR/<id>.<type>")
      ->type_name("DIR");
  AddFilterFlags(*command, arguments->filter);
  command->footer(kExamples);
  RunsWith(*command, chosen, arguments, History);
}

}  // namespace glyphd
