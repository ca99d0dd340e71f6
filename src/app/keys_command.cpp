#include <iostream>

#include "access/api_keys.h"
#include "app/command.h"
#include "app/exit_code.h"
#include "app/service_options.h"
#include "app/terminal.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd keys create --name scanner --scopes read,write\n"
    "  glyphd keys list\n"
    "  glyphd keys revoke k3f9a02b51c77\n"
    "\n"
    "The file is --file, the setting api_keys, or DATA/api-keys.jsonl. A running server reads it\n"
    "at its start: restart it after a change.\n";

struct KeysArguments {
  std::string file;
  std::string name;
  std::vector<std::string> scopes;
  std::string id;
};

Result<fs::path> KeyFile(const KeysArguments& arguments) {
  if (!arguments.file.empty()) return fs::path(arguments.file);
  const auto options = LoadServiceOptions("");
  if (!options.ok()) return options.error();
  return options->api_keys.empty() ? options->data / "api-keys.jsonl" : options->api_keys;
}

Result<std::vector<Scope>> ParseScopes(const std::vector<std::string>& names) {
  std::vector<Scope> scopes;
  for (const std::string& name : names) {
    const auto scope = ParseScope(name);
    if (!scope.ok()) return scope.error();
    scopes.push_back(*scope);
  }
  return scopes;
}

std::string ScopesText(const ApiKey& key) {
  std::string text;
  for (const Scope scope : key.scopes) {
    if (!text.empty()) text += ',';
    text += ScopeName(scope);
  }
  return text;
}

Result<int> Create(const KeysArguments& arguments) {
  const auto scopes = ParseScopes(arguments.scopes);
  if (!scopes.ok()) return WrongConfiguration(scopes.error());
  const auto file = KeyFile(arguments);
  if (!file.ok()) return WrongConfiguration(file.error());
  const auto created = CreateApiKey(*file, arguments.name, *scopes);
  if (!created.ok()) return WrongConfiguration(created.error());
  // The token alone on standard output, so that a script can take it from there.
  std::cout << created->token << std::endl;
  std::cerr << "Key " << created->key.id << " (" << ScopesText(created->key) << ") is in "
            << file->string() << "; its token is shown this once.\n";
  return kExitDone;
}

Result<int> List(const KeysArguments& arguments) {
  const auto file = KeyFile(arguments);
  if (!file.ok()) return WrongConfiguration(file.error());
  const auto keys = ApiKeys::Load(*file);
  if (!keys.ok()) return keys.error();
  for (const ApiKey& key : keys->keys()) {
    std::cout << key.id << "  " << PadRight(ScopesText(key), 16) << "  "
              << FormatTime(key.created_at) << "  "
              << PadRight(key.revoked_at ? "revoked" : "active", 7) << "  " << Printable(key.name)
              << '\n';
  }
  return kExitDone;
}

Result<int> Revoke(const KeysArguments& arguments) {
  const auto file = KeyFile(arguments);
  if (!file.ok()) return WrongConfiguration(file.error());
  if (Status status = RevokeApiKey(*file, arguments.id); !status.ok()) {
    return std::move(status).error();
  }
  std::cout << "Key " << arguments.id << " is revoked in " << file->string() << '\n';
  return kExitDone;
}

using RunKeys = Result<int> (*)(const KeysArguments&);

CLI::App* AddKeysPart(CLI::App& keys, ChosenCommand& chosen, const char* name, const char* help,
                      std::shared_ptr<KeysArguments> arguments, RunKeys run) {
  CLI::App* command = keys.add_subcommand(name, help);
  command->add_option("--file", arguments->file, "The key file")->type_name("FILE");
  command->footer(kExamples);
  RunsWith(*command, chosen, std::move(arguments), run);
  return command;
}

}  // namespace

void AddKeysCommand(CLI::App& root, ChosenCommand& chosen) {
  CLI::App* keys = root.add_subcommand("keys", "Make, list and revoke API keys");
  keys->require_subcommand(1);
  keys->footer(kExamples);
  const auto arguments = std::make_shared<KeysArguments>();

  CLI::App* create = AddKeysPart(*keys, chosen, "create", "Make a key and print its token once",
                                 arguments, Create);
  create->add_option("--name", arguments->name, "What it is for")->required();
  create->add_option("--scopes", arguments->scopes, "Of read, write and admin, with commas")
      ->required()
      ->delimiter(',')
      ->type_name("SCOPES");
  AddKeysPart(*keys, chosen, "list", "Show the keys, not their secrets", arguments, List);
  CLI::App* revoke =
      AddKeysPart(*keys, chosen, "revoke", "Refuse a key from now on", arguments, Revoke);
  revoke->add_option("id", arguments->id, "As `glyphd keys list` shows it")->required();
}

}  // namespace glyphd
