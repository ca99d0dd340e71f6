#include "store/sqlite/write_session.h"

#include <limits>
#include <utility>

#include "store/sqlite/record_row.h"

namespace glyphd {
namespace {

constexpr std::int64_t kSweepStep = 256;

std::int64_t Microseconds(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace

Result<std::unique_ptr<WriteSession>> WriteSession::Open(Connection connection) {
  StatementMaker make(connection);
  Statements statements{
      .begin = make("BEGIN IMMEDIATE"),
      .commit = make("COMMIT"),
      .rollback = make("ROLLBACK"),
      .insert_record = make(kInsertRecord),
      .last_key_within = make("SELECT max(key) FROM records WHERE key BETWEEN ?1 AND ?2"),
      .key_of_id = make("SELECT key FROM records WHERE id = ?1"),
      .delete_record = make("DELETE FROM records WHERE key = ?1"),
      .delete_corrections = make("DELETE FROM corrections WHERE record = ?1"),
      .next_correction_number =
          make("SELECT coalesce(max(number), 0) + 1 FROM corrections WHERE record = ?1"),
      .insert_correction = make("INSERT INTO corrections VALUES(?1, ?2, ?3, ?4)"),
      .answer_time = make("SELECT created_at FROM answers WHERE key = ?1"),
      .delete_answer = make("DELETE FROM answers WHERE key = ?1"),
      .insert_answer = make("INSERT INTO answers VALUES(NULL, ?1, ?2, ?3, ?4, ?5)"),
      .sweep_answers = make("DELETE FROM answers WHERE created_at < ?1 AND sequence IN "
                            "(SELECT sequence FROM answers ORDER BY sequence LIMIT ?2)"),
      .touch = make("INSERT INTO settings VALUES('last_check', ?1) "
                    "ON CONFLICT(name) DO UPDATE SET value = excluded.value"),
  };
  if (!make.status().ok()) return make.status().error();
  const Result<std::int64_t> last_key =
      connection.QueryInteger("SELECT coalesce(max(key), -9223372036854775808) FROM records");
  if (!last_key) return last_key.error();
  const Result<std::int64_t> records = connection.QueryInteger("SELECT count(*) FROM records");
  if (!records) return records.error();
  return std::unique_ptr<WriteSession>(
      new WriteSession(std::move(connection), std::move(statements), *last_key, *records));
}

WriteSession::WriteSession(Connection connection, Statements statements, std::int64_t last_key,
                           std::int64_t records)
    : connection_(std::move(connection)),
      statements_(std::move(statements)),
      last_key_(last_key),
      records_(records) {
  connection_.WatchLogPages(&log_pages_);
}

Status WriteSession::Begin() {
  inserted_ = 0;
  deleted_ = 0;
  return Query(statements_.begin).Run();
}

Status WriteSession::Commit() {
  if (Status committed = Query(statements_.commit).Run(); !committed.ok()) return committed;
  records_ += inserted_ - deleted_;
  kept_ += inserted_;
  ++commits_;
  return {};
}

void WriteSession::Rollback() {
  // SQLite rolls back by itself after some errors, and then there is nothing left to do. Should
  // the rollback fail, the next Begin() fails too and says so.
  if (connection_.InTransaction()) static_cast<void>(Query(statements_.rollback).Run());
}

Status WriteSession::Put(const PutGroup& group) {
  // First all that can be refused, while nothing of the group is there yet.
  for (const NewRecognition& recognition : group.recognitions) {
    Status keepable = CheckKeepable(recognition.recognition.created_at);
    if (!keepable.ok()) return keepable;
  }
  if (group.answer) {
    if (Status fresh = RefuseAnsweredKey(*group.answer); !fresh.ok()) return fresh;
  }
  for (const NewRecognition& recognition : group.recognitions) {
    if (Status inserted = InsertRecord(recognition); !inserted.ok()) return inserted;
  }
  return group.answer ? InsertAnswer(*group.answer) : Status();
}

Status WriteSession::RefuseAnsweredKey(const IdempotentAnswer& answer) {
  std::int64_t answered_at = 0;
  {
    Query query(statements_.answer_time);
    const Result<bool> row = query.Bind(1, std::string_view(answer.key)).Step();
    if (!row) return row.error();
    if (!*row) return {};
    answered_at = query.Integer(0);
  }
  if (answered_at >= Microseconds(Now() - kAnswerLifetime)) {
    return Conflict("this idempotency key has been answered already");
  }
  return Query(statements_.delete_answer).Bind(1, std::string_view(answer.key)).Run();
}

Result<std::int64_t> WriteSession::NextKey(TimePoint created_at) {
  const std::int64_t first = FirstKeyOf(created_at);
  const std::int64_t last = first + kKeysPerMicrosecond - 1;
  if (first > last_key_) return last_key_ = first;
  if (last_key_ < last) return ++last_key_;
  // Another microsecond, which later ones have overtaken.
  Query query(statements_.last_key_within);
  const Result<bool> row = query.Bind(1, first).Bind(2, last).Step();
  if (!row) return row.error();
  if (query.IsNull(0)) return first;
  if (query.Integer(0) < last) return query.Integer(0) + 1;
  return Unavailable("more than " + std::to_string(kKeysPerMicrosecond) +
                     " records in one microsecond; try again");
}

Status WriteSession::InsertRecord(const NewRecognition& recognition) {
  const Result<std::int64_t> key = NextKey(recognition.recognition.created_at);
  if (!key) return key.error();
  const std::string marks = MarksToJson(recognition.recognition.reading);
  Query insert(statements_.insert_record);
  BindRecord(insert, *key, recognition, marks);
  if (Status inserted = insert.Run(); !inserted.ok()) return inserted;
  inserted_ += connection_.ChangedRows();
  return {};
}

Status WriteSession::InsertAnswer(const IdempotentAnswer& answer) {
  return Query(statements_.insert_answer)
      .Bind(1, std::string_view(answer.key))
      .Bind(2, ByteView(answer.request))
      .Bind(3, Microseconds(answer.created_at))
      .Bind(4, std::string_view(answer.location))
      .Bind(5, std::string_view(answer.body))
      .Run();
}

Result<std::int64_t> WriteSession::KeyOf(const RecordId& id) {
  Query query(statements_.key_of_id);
  const Result<bool> row = query.Bind(1, ByteView(id.octets())).Step();
  if (!row) return row.error();
  if (!*row) return NotFound("there is no recognition " + id.ToString());
  return query.Integer(0);
}

Status WriteSession::Delete(const RecordId& id) {
  const Result<std::int64_t> key = KeyOf(id);
  if (!key) return key.error();
  Status deleted = Query(statements_.delete_corrections).Bind(1, *key).Run();
  if (deleted.ok()) deleted = Query(statements_.delete_record).Bind(1, *key).Run();
  if (deleted.ok()) ++deleted_;
  return deleted;
}

Result<Correction> WriteSession::Correct(const RecordId& id,
                                         const std::optional<std::string>& text) {
  const Result<std::int64_t> key = KeyOf(id);
  if (!key) return key.error();
  Query number(statements_.next_correction_number);
  const Result<bool> row = number.Bind(1, *key).Step();
  if (!row) return row.error();
  Correction correction{Now(), text};
  Query insert(statements_.insert_correction);
  insert.Bind(1, *key).Bind(2, number.Integer(0)).Bind(3, Microseconds(correction.created_at));
  if (correction.text) {
    insert.Bind(4, std::string_view(*correction.text));
  } else {
    insert.BindNull(4);
  }
  if (Status inserted = insert.Run(); !inserted.ok()) return inserted.error();
  return correction;
}

Status WriteSession::Touch() {
  const std::string now = FormatTime(Now());
  return Query(statements_.touch).Bind(1, AsBytes(now)).Run();
}

Result<bool> WriteSession::SweepAnswers() {
  const Status swept = Query(statements_.sweep_answers)
                           .Bind(1, Microseconds(Now() - kAnswerLifetime))
                           .Bind(2, kSweepStep)
                           .Run();
  if (!swept.ok()) return swept.error();
  return connection_.ChangedRows() == kSweepStep;
}

}  // namespace glyphd
