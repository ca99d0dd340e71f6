// store_bench [FOLDER] [SECONDS]: what keeping a record costs, beside a bare loop of the same
// inserts at the same group size, in alternation in one run.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <sys/resource.h>

#include "contract/example_records.h"
#include "store/sqlite/record_row.h"
#include "store/sqlite/sqlite_store.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double Seconds(timeval time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double ProcessorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Cost {
  double processor_seconds = 0;
  double wall_seconds = 0;
  std::int64_t records = 0;

  double ProcessorMicros() const { return processor_seconds * 1e6 / static_cast<double>(records); }
  double PerSecond() const { return static_cast<double>(records) / wall_seconds; }
  void Add(const Cost& other) {
    processor_seconds += other.processor_seconds;
    wall_seconds += other.wall_seconds;
    records += other.records;
  }
};

// The records are made before the clock starts; only their ids and times are of the moment.
std::vector<NewRecognition> MakeRecords(int count) {
  std::vector<NewRecognition> records;
  for (int i = 0; i < count; ++i) records.push_back(ExampleRecord(i));
  return records;
}

void Renew(NewRecognition& record) {
  record.recognition.created_at = Now();
  record.recognition.id = RecordId::Next(record.recognition.created_at);
}

std::unique_ptr<RecognitionStore> OpenOrExit(const fs::path& path) {
  Result<std::unique_ptr<RecognitionStore>> store =
      OpenSqliteStore({.path = path, .synchronous_full = true});
  if (store.ok()) return std::move(*store);
  std::fprintf(stderr, "%s\n", store.error().message.c_str());
  std::exit(1);
}

Cost MeasureFor(double seconds, int group_size, const std::function<void()>& put_group) {
  Cost cost;
  const double processor_before = ProcessorSeconds();
  const auto start = Clock::now();
  do {
    put_group();
    cost.records += group_size;
  } while (SecondsSince(start) < seconds);
  cost.wall_seconds = SecondsSince(start);
  cost.processor_seconds = ProcessorSeconds() - processor_before;
  return cost;
}

Cost MeasureStore(const fs::path& path, std::vector<NewRecognition>& records, int group_size,
                  double seconds) {
  const auto store = OpenOrExit(path);
  std::size_t next = 0;
  return MeasureFor(seconds, group_size, [&] {
    PutGroup group;
    for (int i = 0; i < group_size; ++i) {
      NewRecognition& record = records[next++ % records.size()];
      Renew(record);
      group.recognitions.push_back(record);
    }
    if (!store->PutAndWait(std::move(group)).ok()) std::exit(1);
  });
}

// What anybody would write: one connection, one prepared insert, the defaults of SQLite.
class BareLoop {
 public:
  explicit BareLoop(const fs::path& path) {
    OpenOrExit(path).reset();  // makes the tables
    sqlite3_open(path.c_str(), &database_);
    Execute("PRAGMA journal_mode = WAL");
    Execute("PRAGMA synchronous = FULL");
    sqlite3_prepare_v2(database_, std::string(kInsertRecord).c_str(), -1, &insert_, nullptr);
    last_key_ = FirstKeyOf(Now());
  }
  ~BareLoop() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  void Begin() { Execute("BEGIN"); }
  void Commit() { Execute("COMMIT"); }

  void Insert(const NewRecognition& made, const std::string& marks) {
    const Recognition& record = made.recognition;
    last_key_ = std::max(last_key_ + 1, FirstKeyOf(record.created_at));
    column_ = 0;
    Bind(last_key_);
    BindBlob(record.id.octets());
    Bind(record.reading.text);
    Bind(record.reading.confidence.value_or(0));
    Bind(std::int64_t{record.reading.needs_review});
    Bind(record.model_name);
    Bind(record.model_version);
    Bind(record.image.filename);
    Bind(record.reference);
    Bind(record.image.media_type);
    Bind(std::int64_t{record.image.width});
    Bind(std::int64_t{record.image.height});
    Bind(record.image.size_bytes);
    BindBlob(record.image.sha256);
    Bind(record.timing.decode);
    Bind(record.timing.ink);
    Bind(record.timing.inference);
    Bind(record.timing.total);
    Bind(marks);
    BindBlob(*made.picture);
    if (sqlite3_step(insert_) != SQLITE_DONE) Fail();
    sqlite3_reset(insert_);
  }

 private:
  void Bind(std::int64_t value) { sqlite3_bind_int64(insert_, ++column_, value); }
  void Bind(double value) { sqlite3_bind_double(insert_, ++column_, value); }
  void Bind(const std::string& text) {
    sqlite3_bind_text(insert_, ++column_, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
  }
  void BindBlob(ByteView blob) {
    sqlite3_bind_blob(insert_, ++column_, blob.data(), static_cast<int>(blob.size()),
                      SQLITE_STATIC);
  }
  void Execute(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Fail();
  }
  [[noreturn]] void Fail() {
    std::fprintf(stderr, "bare loop: %s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t last_key_ = 0;
  int column_ = 0;
};

Cost MeasureBareLoop(const fs::path& path, std::vector<NewRecognition>& records, int group_size,
                     double seconds) {
  BareLoop loop(path);
  std::size_t next = 0;
  return MeasureFor(seconds, group_size, [&] {
    loop.Begin();
    for (int i = 0; i < group_size; ++i) {
      NewRecognition& record = records[next++ % records.size()];
      Renew(record);
      loop.Insert(record, MarksToJson(record.recognition.reading));
    }
    loop.Commit();
  });
}

void CompareAtGroupSize(const fs::path& folder, int group_size, double seconds) {
  constexpr int kRounds = 4;
  std::vector<NewRecognition> records = MakeRecords(1000);
  Cost ours;
  Cost bare;
  for (int round = 0; round < kRounds; ++round) {
    ours.Add(MeasureStore(folder / "ours.db", records, group_size, seconds / kRounds));
    bare.Add(MeasureBareLoop(folder / "bare.db", records, group_size, seconds / kRounds));
  }
  std::printf("%10d %13.1f %13.1f %7.2f %13.0f %13.0f\n", group_size, ours.ProcessorMicros(),
              bare.ProcessorMicros(), ours.ProcessorMicros() / bare.ProcessorMicros(),
              ours.PerSecond(), bare.PerSecond());
}

double Percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

// Each client waits for its record before it sends the next.
void MeasureLatency(const fs::path& folder, int clients, double seconds) {
  const auto store = OpenOrExit(folder / "latency.db");
  std::vector<std::vector<double>> waits(static_cast<std::size_t>(clients));
  std::vector<std::thread> threads;
  for (auto& own_waits : waits) {
    threads.emplace_back([&store, &own_waits, seconds] {
      std::vector<NewRecognition> records = MakeRecords(100);
      std::size_t next = 0;
      const auto start = Clock::now();
      while (SecondsSince(start) < seconds) {
        NewRecognition& record = records[next++ % records.size()];
        Renew(record);
        const auto sent = Clock::now();
        if (!store->PutAndWait(GroupOf(record)).ok()) std::exit(1);
        own_waits.push_back(SecondsSince(sent) * 1e3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& own_waits : waits) all.insert(all.end(), own_waits.begin(), own_waits.end());
  std::sort(all.begin(), all.end());
  const StoreFigures figures = store->Figures();
  std::printf("%10d %13.0f %13.2f %10.3f %10.3f %10.3f\n", clients,
              static_cast<double>(all.size()) / seconds,
              static_cast<double>(figures.kept) / static_cast<double>(figures.commits),
              Percentile(all, 0.5), Percentile(all, 0.99), all.back());
}

void MeasureLists(const fs::path& folder) {
  const auto store = OpenOrExit(folder / "ours.db");
  const auto measure = [&store](const char* name, const RecognitionFilter& filter) {
    const auto start = Clock::now();
    const auto page = store->List(filter, 50, std::nullopt);
    if (!page.ok()) std::exit(1);
    std::printf("%24s %8.3f ms %6zu rows\n", name, SecondsSince(start) * 1e3,
                page->recognitions.size());
  };
  std::printf("\nlist of 50 among %lld\n", static_cast<long long>(store->Figures().records));
  for (int round = 0; round < 2; ++round) {
    measure("newest", {});
    measure("reference", {.reference = "order 17"});
    measure("no such text (5,000 rows)", {.text = "none"});
    measure("corrected", {.corrected = true});
  }
}

int Run(const fs::path& folder, double seconds) {
  fs::create_directories(folder);
  std::printf("%10s %13s %13s %7s %13s %13s\n", "group", "us CPU ours", "us CPU bare", "ratio",
              "ours/s", "bare/s");
  for (const int group_size : {1, 4, 16, 64}) CompareAtGroupSize(folder, group_size, seconds);
  std::printf("\n%10s %13s %13s %10s %10s %10s\n", "clients", "records/s", "per commit", "p50 ms",
              "p99 ms", "max ms");
  for (const int clients : {1, 4, 16}) MeasureLatency(folder, clients, seconds);
  MeasureLists(folder);
  return 0;
}

}  // namespace
}  // namespace glyphd

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : "store_bench.tmp";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 4;
  const int status = glyphd::Run(folder, seconds);
  std::filesystem::remove_all(folder);
  return status;
}
