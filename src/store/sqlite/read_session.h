// One connection that only reads, beside the writer and never blocked by it.
//
// Threads   one at a time; ReadSessions lends them out
// Errors    kNotFound, kCorrupt, kUnavailable as in RecognitionStore
// Cost      List() looks at 5,000 rows at most, about 5 ms, whatever the filter is

#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/recognition_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/page_cursor.h"

namespace glyphd {

// The ways down a list. Each follows an index in the order of keys, so that a page costs what it
// shows and looks at, however much is kept: a test asks SQLite for its plan of each.
struct ListQueries {
  std::string all, by_reference, to_review, corrected;
};
ListQueries MakeListQueries();

class ReadSession {
 public:
  static Result<std::unique_ptr<ReadSession>> Open(const ConnectionOptions& options);

  Result<Recognition> Find(const RecordId& id);
  Result<SharedBytes> Picture(const RecordId& id);
  Result<RecognitionPage> List(const RecognitionFilter& filter, int limit,
                               const std::optional<std::string>& cursor);
  Result<std::vector<Correction>> Corrections(const RecordId& id);
  Result<IdempotentAnswer> FindAnswer(const std::string& key);
  Result<std::int64_t> CountRecords();

 private:
  struct Statements {
    Statement find, picture, key_of_id;
    Statement list, list_by_reference, list_to_review, list_corrected;
    Statement corrections, latest_correction;
    Statement answer, count;
  };
  class PageBuilder;

  ReadSession(Connection connection, Statements statements, const CursorKey& cursor_key)
      : connection_(std::move(connection)),
        statements_(std::move(statements)),
        cursor_key_(cursor_key) {}

  Statement& StatementFor(const RecognitionFilter& filter);
  Result<std::optional<Correction>> LatestCorrection(std::int64_t key);

  Connection connection_;
  Statements statements_;
  CursorKey cursor_key_;
};

// A few sessions shared by any number of threads; who finds none free waits for one.
class ReadSessions {
 public:
  explicit ReadSessions(ConnectionOptions options) : options_(std::move(options)) {}

  // use(ReadSession&) gives a Result<T>; so does this.
  template <typename Use>
  auto With(Use use) -> decltype(use(std::declval<ReadSession&>())) {
    Result<std::unique_ptr<ReadSession>> session = Take();
    if (!session) return std::move(session).error();
    auto result = use(**session);
    GiveBack(std::move(*session));
    return result;
  }

 private:
  Result<std::unique_ptr<ReadSession>> Take();
  void GiveBack(std::unique_ptr<ReadSession> session);

  const ConnectionOptions options_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<ReadSession>> free_;  // guarded by mutex_
  int lent_ = 0;                                    // guarded by mutex_
};

}  // namespace glyphd
