#include <algorithm>
#include <iostream>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/program_folder.h"
#include "app/terminal.h"
#include "model/model_folder.h"
#include "reading/reading.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd models list\n"
    "  glyphd models show\n"
    "  glyphd models show mine/ --json\n";

struct ListArguments {
  std::string folder;
  bool json = false;
};

struct ShowArguments {
  std::string model;
  bool json = false;
};

void AppendMember(std::string_view name, std::string_view value, std::string& json) {
  if (json.back() != '{') json += ',';
  AppendJsonString(name, json);
  json += ':';
  AppendJsonString(value, json);
}

void AppendMember(std::string_view name, double value, std::string& json) {
  if (json.back() != '{') json += ',';
  AppendJsonString(name, json);
  json += ':';
  AppendJsonNumber(value, json);
}

template <typename Map>
std::string ObjectOf(const Map& members) {
  std::string json = "{";
  for (const auto& [name, value] : members) AppendMember(name, value, json);
  return json + "}";
}

std::string ReadingsJson(const std::vector<TestReading>& readings) {
  std::string json = "[";
  for (const TestReading& reading : readings) {
    std::string object = "{";
    AppendMember("when", reading.when, object);
    AppendMember("why", reading.why, object);
    AppendMember("accuracy", reading.accuracy, object);
    json += (json.size() > 1 ? "," : "") + object + "}";
  }
  return json + "]";
}

std::string LabelsJson(const std::vector<std::string>& labels) {
  std::string json = "[";
  for (const std::string& label : labels) {
    if (json.size() > 1) json += ',';
    AppendJsonString(label, json);
  }
  return json + "]";
}

std::string ModelJson(const ModelFolder& model, const fs::path& folder) {
  std::string json = "{";
  AppendMember("name", model.name, json);
  AppendMember("version", model.version, json);
  AppendMember("folder", folder.string(), json);
  return json + ",\"labels\":" + LabelsJson(model.labels) + ",\"card\":" + ObjectOf(model.card) +
         ",\"figures\":" + ObjectOf(model.figures) +
         ",\"test_readings\":" + ReadingsJson(model.test_readings) + "}";
}

std::size_t ParameterCount(const ModelFolder& model) {
  std::size_t count = 0;
  for (const auto& [name, tensor] : model.tensors) count += tensor.values.size();
  return count;
}

void PrintFact(std::string_view name, std::string_view value) {
  std::cout << PadRight(name, 22) << "  " << value << '\n';
}

void PrintModel(const ModelFolder& model, const fs::path& folder) {
  PrintFact("model", model.name + "@" + model.version);
  PrintFact("folder", folder.string());
  PrintFact("classes", std::to_string(model.labels.size()));
  PrintFact("parameters", std::to_string(ParameterCount(model)));
  for (const auto& [name, value] : model.figures) {
    std::string number;
    AppendJsonNumber(value, number);
    PrintFact(name, number);
  }
  for (const auto& [topic, text] : model.card) PrintFact(topic, text);
  for (const TestReading& reading : model.test_readings) {
    PrintFact("test set was read",
              reading.when + FormatPercent(reading.accuracy) + "  " + reading.why);
  }
}

std::vector<fs::path> ModelFoldersIn(const fs::path& folder) {
  std::vector<fs::path> models;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "model.json", ignored)) models.push_back(entry->path());
  }
  std::sort(models.begin(), models.end());
  return models;
}

// A damaged model does not hide the others.
bool PrintListed(const fs::path& folder, bool json) {
  const auto model = ReadModelFolder(folder);
  if (!model.ok()) {
    std::cerr << "glyphd: " << model.error().message << '\n';
    return false;
  }
  if (json) {
    std::cout << ModelJson(*model, folder) << '\n';
  } else {
    std::cout << PadRight(folder.filename().string(), 16) << "  "
              << PadRight(model->name + "@" + model->version, 28) << "  " << ParameterCount(*model)
              << " parameters, " << model->labels.size() << " classes\n";
  }
  return true;
}

Result<int> List(const ListArguments& arguments) {
  const fs::path folder =
      arguments.folder.empty() ? ShippedModelsFolder() : fs::path(arguments.folder);
  const auto models = ModelFoldersIn(folder);
  if (models.empty()) return NotFound("there is no model in " + folder.string());
  const auto failed = std::count_if(models.begin(), models.end(), [&](const fs::path& each) {
    return !PrintListed(each, arguments.json);
  });
  return failed == 0 ? kExitDone : kExitSomeFailed;
}

Result<int> Show(const ShowArguments& arguments) {
  const auto folder = ResolveModelFolder(arguments.model);
  if (!folder.ok()) return folder.error();
  const auto model = ReadModelFolder(*folder);
  if (!model.ok()) return model.error();
  if (arguments.json) {
    std::cout << ModelJson(*model, *folder) << '\n';
  } else {
    PrintModel(*model, *folder);
  }
  return kExitDone;
}

}  // namespace

void AddModelsCommand(CLI::App& root, ChosenCommand& chosen) {
  CLI::App* models = root.add_subcommand("models", "List models and show their cards");
  models->require_subcommand(1);
  models->footer(kExamples);

  const auto listed = std::make_shared<ListArguments>();
  CLI::App* list = models->add_subcommand("list", "The models of a folder, one a line");
  list->add_option("--folder", listed->folder, "Folder of model folders (the shipped ones)")
      ->type_name("DIR");
  list->add_flag("--json", listed->json, "One JSON object a line");
  list->footer(kExamples);
  RunsWith(*list, chosen, listed, List);

  const auto shown = std::make_shared<ShowArguments>();
  CLI::App* show = models->add_subcommand("show", "Everything that a model's card says");
  show->add_option("model", shown->model, "Name or folder (default: the shipped one)")
      ->type_name("NAME");
  show->add_flag("--json", shown->json, "One JSON object");
  show->footer(kExamples);
  RunsWith(*show, chosen, shown, Show);
}

}  // namespace glyphd
