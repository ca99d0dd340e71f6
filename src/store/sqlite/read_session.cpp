#include "store/sqlite/read_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/record_row.h"
#include "store/sqlite/write_session.h"

namespace glyphd {
namespace {

constexpr int kMaxLimit = 1000;
constexpr int kMaxExaminedRows = 5000;
constexpr int kMaxSessions = 4;

std::string SelectRecords(std::string_view source_and_condition) {
  std::string sql = "SELECT ";
  sql += kRecordColumns;
  sql += " FROM ";
  sql += source_and_condition;
  return sql;
}

// Down the keys from below ?1 to ?2.
std::string ListRecords(std::string_view source_and_condition) {
  return SelectRecords(source_and_condition) + " AND key < ?1 AND key >= ?2 ORDER BY key DESC";
}

TimePoint TimeOf(std::int64_t microseconds) {
  return TimePoint(std::chrono::microseconds(microseconds));
}

Correction ReadCorrection(const Query& row) {
  Correction correction{TimeOf(row.Integer(0)), std::nullopt};
  if (!row.IsNull(1)) correction.text = std::string(row.Text(1));
  return correction;
}

Error NoSuchRecord(const RecordId& id) {
  return NotFound("there is no recognition " + id.ToString());
}

Result<CursorKey> ReadCursorKey(Connection& connection) {
  const Result<std::string> text =
      connection.QueryText("SELECT value FROM settings WHERE name = 'cursor_key'");
  if (!text) return text.error();
  CursorKey key{};
  if (text->size() != key.size()) {
    return Corrupt("the setting cursor_key is missing; restore the database from a backup");
  }
  std::copy(text->begin(), text->end(), key.begin());
  return key;
}

}  // namespace

ListQueries MakeListQueries() {
  return {
      .all = ListRecords("records WHERE true"),
      .by_reference = ListRecords("records WHERE reference = ?3"),
      .to_review = ListRecords("records WHERE needs_review = 1"),
      .corrected = SelectRecords(
          "(SELECT record FROM corrections WHERE number = 1 AND record < ?1 AND record >= ?2) "
          "CROSS JOIN records ON key = record ORDER BY record DESC"),
  };
}

Result<std::unique_ptr<ReadSession>> ReadSession::Open(const ConnectionOptions& options) {
  Result<Connection> connection = Connection::Open(options);
  if (!connection) return std::move(connection).error();
  const Result<CursorKey> cursor_key = ReadCursorKey(*connection);
  if (!cursor_key) return cursor_key.error();
  const ListQueries lists = MakeListQueries();
  StatementMaker make(*connection);
  Statements statements{
      .find = make(SelectRecords("records WHERE id = ?1")),
      .picture = make("SELECT picture FROM records WHERE id = ?1"),
      .key_of_id = make("SELECT key FROM records WHERE id = ?1"),
      .list = make(lists.all),
      .list_by_reference = make(lists.by_reference),
      .list_to_review = make(lists.to_review),
      .list_corrected = make(lists.corrected),
      .corrections =
          make("SELECT created_at, text FROM corrections WHERE record = ?1 ORDER BY number"),
      .latest_correction = make("SELECT created_at, text FROM corrections WHERE record = ?1 "
                                "ORDER BY number DESC LIMIT 1"),
      .answer = make("SELECT request, created_at, location, body FROM answers WHERE key = ?1"),
      .count = make("SELECT count(*) FROM records"),
  };
  if (!make.status().ok()) return make.status().error();
  return std::unique_ptr<ReadSession>(
      new ReadSession(std::move(*connection), std::move(statements), *cursor_key));
}

Result<Recognition> ReadSession::Find(const RecordId& id) {
  Query query(statements_.find);
  const Result<bool> row = query.Bind(1, ByteView(id.octets())).Step();
  if (!row) return row.error();
  if (!*row) return NoSuchRecord(id);
  Result<Recognition> recognition = ReadRecord(query);
  if (!recognition) return recognition;
  Result<std::optional<Correction>> correction = LatestCorrection(KeyOfRow(query));
  if (!correction) return std::move(correction).error();
  recognition->correction = std::move(*correction);
  return recognition;
}

Result<SharedBytes> ReadSession::Picture(const RecordId& id) {
  Query query(statements_.picture);
  const Result<bool> row = query.Bind(1, ByteView(id.octets())).Step();
  if (!row) return row.error();
  if (!*row) return NoSuchRecord(id);
  const ByteView blob = query.Blob(0);
  return SharedBytes(std::make_shared<const Bytes>(blob.begin(), blob.end()));
}

Result<std::optional<Correction>> ReadSession::LatestCorrection(std::int64_t key) {
  Query query(statements_.latest_correction);
  const Result<bool> row = query.Bind(1, key).Step();
  if (!row) return row.error();
  return *row ? std::optional(ReadCorrection(query)) : std::nullopt;
}

// Goes down the rows, picks those that match and stops when the page is full or enough rows
// were looked at.
class ReadSession::PageBuilder {
 public:
  PageBuilder(ReadSession& session, const RecognitionFilter& filter, int limit)
      : session_(session), filter_(filter), limit_(static_cast<std::size_t>(limit)) {}

  Result<RecognitionPage> Build(Query& rows) {
    while (true) {
      const Result<bool> row = rows.Step();
      if (!row) return row.error();
      if (!*row) return std::move(page_);
      if (page_.recognitions.size() == limit_ || examined_ == kMaxExaminedRows) {
        page_.next_cursor = SealCursor(last_key_, session_.cursor_key_);
        return std::move(page_);
      }
      if (Status examined = Examine(rows); !examined.ok()) return examined.error();
    }
  }

 private:
  Status Examine(const Query& row) {
    ++examined_;
    last_key_ = KeyOfRow(row);
    if (!RowMatches(row, filter_)) return {};
    Result<std::optional<Correction>> correction = session_.LatestCorrection(last_key_);
    if (!correction) return std::move(correction).error();
    if (filter_.corrected && *filter_.corrected != correction->has_value()) return {};
    Result<Recognition> recognition = ReadRecord(row);
    if (!recognition) return std::move(recognition).error();
    recognition->correction = std::move(*correction);
    page_.recognitions.push_back(std::move(*recognition));
    return {};
  }

  ReadSession& session_;
  const RecognitionFilter& filter_;
  const std::size_t limit_;
  RecognitionPage page_;
  int examined_ = 0;
  std::int64_t last_key_ = 0;
};

// The index that leaves the fewest rows to look at; every row is checked against all filters.
Statement& ReadSession::StatementFor(const RecognitionFilter& filter) {
  if (filter.reference && !filter.reference->empty()) return statements_.list_by_reference;
  if (filter.corrected.value_or(false)) return statements_.list_corrected;
  if (filter.needs_review.value_or(false)) return statements_.list_to_review;
  return statements_.list;
}

Result<RecognitionPage> ReadSession::List(const RecognitionFilter& filter, int limit,
                                          const std::optional<std::string>& cursor) {
  if (limit < 1 || limit > kMaxLimit) {
    return InvalidInput("limit must be 1 to " + std::to_string(kMaxLimit));
  }
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
  if (filter.until) below = FirstKeyOf(*filter.until);
  if (cursor) {
    const Result<std::int64_t> position = OpenCursor(*cursor, cursor_key_);
    if (!position) return position.error();
    below = std::min(below, *position);
  }
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  if (filter.since) from = FirstKeyOf(*filter.since);
  Statement& statement = StatementFor(filter);
  Query rows(statement);
  rows.Bind(1, below).Bind(2, from);
  if (&statement == &statements_.list_by_reference) {
    rows.Bind(3, std::string_view(*filter.reference));
  }
  return PageBuilder(*this, filter, limit).Build(rows);
}

Result<std::vector<Correction>> ReadSession::Corrections(const RecordId& id) {
  Query record(statements_.key_of_id);
  const Result<bool> exists = record.Bind(1, ByteView(id.octets())).Step();
  if (!exists) return exists.error();
  if (!*exists) return NoSuchRecord(id);
  std::vector<Correction> corrections;
  Query query(statements_.corrections);
  query.Bind(1, record.Integer(0));
  while (true) {
    const Result<bool> row = query.Step();
    if (!row) return row.error();
    if (!*row) return corrections;
    corrections.push_back(ReadCorrection(query));
  }
}

Result<IdempotentAnswer> ReadSession::FindAnswer(const std::string& key) {
  Query query(statements_.answer);
  const Result<bool> row = query.Bind(1, std::string_view(key)).Step();
  if (!row) return row.error();
  if (!*row || TimeOf(query.Integer(1)) < Now() - kAnswerLifetime) {
    return NotFound("this idempotency key has no answer");
  }
  IdempotentAnswer answer;
  answer.key = key;
  const ByteView request = query.Blob(0);
  if (request.size() != answer.request.size()) {
    return Corrupt("an idempotency answer has a digest of the wrong length");
  }
  std::copy(request.begin(), request.end(), answer.request.begin());
  answer.created_at = TimeOf(query.Integer(1));
  answer.location = query.Text(2);
  answer.body = query.Text(3);
  return answer;
}

Result<std::int64_t> ReadSession::CountRecords() {
  Query query(statements_.count);
  const Result<bool> row = query.Step();
  if (!row) return row.error();
  return query.Integer(0);
}

Result<std::unique_ptr<ReadSession>> ReadSessions::Take() {
  {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [this] { return !free_.empty() || lent_ < kMaxSessions; });
    ++lent_;
    if (!free_.empty()) {
      std::unique_ptr<ReadSession> session = std::move(free_.back());
      free_.pop_back();
      return session;
    }
  }
  Result<std::unique_ptr<ReadSession>> opened = ReadSession::Open(options_);
  if (!opened) GiveBack(nullptr);
  return opened;
}

void ReadSessions::GiveBack(std::unique_ptr<ReadSession> session) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (session) free_.push_back(std::move(session));
  }
  given_back_.notify_one();
}

}  // namespace glyphd
