// The one connection that changes the database: what a transaction can consist of.
//
// Threads   belongs to the writer's thread; the figures may be read from any
// Errors    kConflict, kNotFound, kInvalidInput: refused before anything was changed, so the
//           transaction can go on; any other: the transaction must be rolled back

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/recognition_store.h"
#include "store/sqlite/database.h"

namespace glyphd {

inline constexpr std::chrono::hours kAnswerLifetime{24};

class WriteSession {
 public:
  static Result<std::unique_ptr<WriteSession>> Open(Connection connection);

  Status Begin();
  Status Commit();
  void Rollback();

  Status Put(const PutGroup& group);
  Status Delete(const RecordId& id);
  Result<Correction> Correct(const RecordId& id, const std::optional<std::string>& text);
  Status Touch();  // writes something of no consequence
  // Forgets some of the answers that are older than their lifetime; true: there may be more.
  Result<bool> SweepAnswers();

  int log_pages() const { return log_pages_; }  // of the write-ahead log, after a commit
  Result<int> Checkpoint() { return connection_.Checkpoint(); }

  std::int64_t records() const { return records_; }
  std::int64_t kept() const { return kept_; }
  std::int64_t commits() const { return commits_; }

 private:
  struct Statements {
    Statement begin, commit, rollback;
    Statement insert_record, last_key_within, key_of_id;
    Statement delete_record, delete_corrections;
    Statement next_correction_number, insert_correction;
    Statement answer_time, delete_answer, insert_answer, sweep_answers;
    Statement touch;
  };

  WriteSession(Connection connection, Statements statements, std::int64_t last_key,
               std::int64_t records);

  Status RefuseAnsweredKey(const IdempotentAnswer& answer);
  Result<std::int64_t> NextKey(TimePoint created_at);
  Status InsertRecord(const NewRecognition& recognition);
  Status InsertAnswer(const IdempotentAnswer& answer);
  Result<std::int64_t> KeyOf(const RecordId& id);

  Connection connection_;
  Statements statements_;
  int log_pages_ = 0;
  std::int64_t last_key_;      // no row has a greater one
  std::int64_t inserted_ = 0;  // in this transaction
  std::int64_t deleted_ = 0;
  std::atomic<std::int64_t> records_;
  std::atomic<std::int64_t> kept_ = 0;
  std::atomic<std::int64_t> commits_ = 0;
};

}  // namespace glyphd
