// Keeps recognitions and their pictures for good. Every implementation passes tests/contract/;
// that test, not any one implementation, is what a caller may count on.
//
// Threads   every function is safe from any thread; completions run on a thread of the store
// Errors    kUnavailable: the disk is full, the database is away or shut down: nothing was kept
//           kNotFound: no such record (never was, or deleted)
//           kCorrupt: what is kept cannot be read back
// Cost      Put() returns at once; many callers' groups share one durable commit

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/recognition.h"

namespace glyphd {

struct NewRecognition {
  Recognition recognition;
  SharedBytes picture;
};

// What an Idempotency-Key answered, so that a retry gets the same, through restarts.
struct IdempotentAnswer {
  std::string key;         // scoped by the caller's credential; opaque here
  Sha256Digest request{};  // of everything that decides the answer
  TimePoint created_at;
  std::string location;  // may be empty
  std::string body;
};

// Kept or refused as a whole.
struct PutGroup {
  std::vector<NewRecognition> recognitions;
  std::optional<IdempotentAnswer> answer;
};

struct RecognitionFilter {
  std::optional<TimePoint> since{};   // inclusive
  std::optional<TimePoint> until{};   // exclusive
  std::optional<std::string> text{};  // whole
  std::optional<std::string> filename{};
  std::optional<std::string> reference{};
  std::optional<std::string> model{};      // name, or name@version
  std::optional<double> min_confidence{};  // inclusive; a blank has none and never matches
  std::optional<double> max_confidence{};
  std::optional<bool> needs_review{};
  std::optional<bool> corrected{};
};

struct RecognitionPage {
  std::vector<Recognition> recognitions;   // newest first
  std::optional<std::string> next_cursor;  // opaque; a page may be short and still have one
};

struct StoreFigures {
  std::int64_t records = 0;
  std::int64_t commits = 0;  // since the start
  std::int64_t kept = 0;     // records since the start
  std::int64_t waiting = 0;  // groups not yet durable
};

class RecognitionStore {
 public:
  using PutDone = std::function<void(Status)>;

  virtual ~RecognitionStore() = default;  // finishes what was put

  // `done` is called once, after the group is durable or was refused. Putting the same ids
  // again keeps one record, so a retry is harmless.
  virtual void Put(PutGroup group, PutDone done) = 0;
  Status PutAndWait(PutGroup group);

  virtual Result<Recognition> Find(const RecordId& id) = 0;
  virtual Result<SharedBytes> Picture(const RecordId& id) = 0;  // the very bytes that came
  // `limit` 1 … 1000; kInvalidInput: a cursor that this store did not give.
  virtual Result<RecognitionPage> List(const RecognitionFilter& filter, int limit,
                                       const std::optional<std::string>& cursor) = 0;
  virtual Status Delete(const RecordId& id) = 0;
  // Appends; earlier corrections stay readable.
  virtual Result<Correction> Correct(const RecordId& id, std::optional<std::string> text) = 0;
  virtual Result<std::vector<Correction>> Corrections(const RecordId& id) = 0;  // oldest first

  // kNotFound after 24 hours.
  virtual Result<IdempotentAnswer> FindAnswer(const std::string& key) = 0;

  virtual Status Check() = 0;  // can it be written to, now
  virtual StoreFigures Figures() = 0;
};

}  // namespace glyphd
