// A real process with real threads is killed with -9 while it keeps records.

#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/example_records.h"
#include "contract/sqlite_database.h"

namespace glyphd {
namespace {

class KeepingProcess {
 public:
  explicit KeepingProcess(const std::filesystem::path& database) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl(PUT_UNTIL_KILLED, PUT_UNTIL_KILLED, database.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    lines_.reset(::fdopen(ends[0], "r"));
  }
  ~KeepingProcess() {
    Kill();
    ::waitpid(process_, nullptr, 0);
  }

  void Kill() { ::kill(process_, SIGKILL); }

  // The id and number of an answered record; false: there are no more.
  bool Next(std::string& id, int& number) {
    char text[64] = {};
    if (std::fscanf(lines_.get(), "%60s %d", text, &number) != 2) return false;
    id = text;
    return true;
  }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  pid_t process_ = -1;
  std::unique_ptr<std::FILE, CloseFile> lines_;
};

TEST(Killing, TakesNoRecordThatWasAnswered) {
  constexpr int kRounds = 8;
  SqliteUnderTest database;
  std::map<std::string, int> answered;
  for (int round = 0; round < kRounds; ++round) {
    KeepingProcess process(database.options.path);
    std::string id;
    int number = 0;
    for (int lines = 0; process.Next(id, number); ++lines) {
      answered[id] = number;
      if (lines == 50 * (round + 1)) process.Kill();
    }
  }
  ASSERT_GT(answered.size(), 50U * kRounds);

  const auto store = database.Open();
  ASSERT_TRUE(store.ok()) << store.error().message;
  for (const auto& [text, number] : answered) {
    const RecordId id = *RecordId::Parse(text);
    const Result<Recognition> found = (*store)->Find(id);
    ASSERT_TRUE(found.ok()) << text;
    EXPECT_EQ(found->reading.text, std::to_string(number));
    const Result<SharedBytes> picture = (*store)->Picture(id);
    ASSERT_TRUE(picture.ok()) << text;
    EXPECT_EQ(**picture, *ExampleRecord(number).picture);
  }
}

}  // namespace
}  // namespace glyphd
