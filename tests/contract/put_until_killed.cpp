// put_until_killed DATABASE: keeps records from four threads until it is killed, and writes the
// id of each to standard output when it was answered. For kill_test.

#include <cstdio>
#include <thread>
#include <vector>

#include <unistd.h>

#include "contract/example_records.h"
#include "store/sqlite/sqlite_store.h"

namespace glyphd {
namespace {

// One write for a line: a pipe keeps short writes whole. The reader being gone ends it too.
bool Announce(const RecordId& id, int number) {
  const std::string line = id.ToString() + " " + std::to_string(number) + "\n";
  return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

void PutForever(RecognitionStore& store, int number) {
  while (true) {
    const NewRecognition record = ExampleRecord(number);
    if (!store.PutAndWait(GroupOf(record)).ok()) return;
    if (!Announce(record.recognition.id, number)) return;
    number += 4;
  }
}

int Run(const char* database) {
  Result<std::unique_ptr<RecognitionStore>> store =
      OpenSqliteStore({.path = database, .synchronous_full = true});
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&store, i] { PutForever(**store, i); });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace glyphd

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: put_until_killed DATABASE\n");
    return 2;
  }
  return glyphd::Run(argv[1]);
}
