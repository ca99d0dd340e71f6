#include "store/sqlite/database.h"

#include <sqlite3.h>

namespace glyphd {
namespace {

// What the caller can do, and what to tell the operator.
Error ErrorFor(int extended_code, std::string_view what) {
  const std::string message(what);
  switch (extended_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // our SQL does not fit: the tables are not those that we made
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
      return Corrupt(message + "; restore the database file from a backup");
    case SQLITE_FULL:
      return Unavailable(message + "; free some space on that disk and try again");
    case SQLITE_TOOBIG:
      return TooLarge(message);
    default:
      return Unavailable(message + " (SQLite code " + std::to_string(extended_code) + ")");
  }
}

Error LastError(sqlite3* database) {
  return ErrorFor(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

int RememberLogPages(void* pages, sqlite3*, const char*, int pages_in_log) {
  *static_cast<int*>(pages) = pages_in_log;
  return SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::Remember(int bind_code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = bind_code;
  return *this;
}

Query& Query::Bind(int parameter, std::int64_t value) {
  return Remember(sqlite3_bind_int64(statement_, parameter, value));
}

Query& Query::Bind(int parameter, double value) {
  return Remember(sqlite3_bind_double(statement_, parameter, value));
}

Query& Query::Bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* data = text.empty() ? "" : text.data();
  return Remember(
      sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Query& Query::Bind(int parameter, ByteView blob) {
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  return Remember(sqlite3_bind_blob64(statement_, parameter, data, blob.size(), SQLITE_STATIC));
}

Query& Query::BindNull(int parameter) { return Remember(sqlite3_bind_null(statement_, parameter)); }

Result<bool> Query::Step() {
  if (bind_code_ != SQLITE_OK) return ErrorFor(bind_code_, sqlite3_errstr(bind_code_));
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return LastError(sqlite3_db_handle(statement_));
  }
}

Status Query::Run() {
  while (true) {
    const Result<bool> row = Step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Query::Real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Query::Text(int column) const { return AsText(Blob(column)); }

ByteView Query::Blob(int column) const {
  // The pointer first: asking for the length first could convert the value afterwards.
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return {data, data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Result<Connection> Connection::Open(const ConnectionOptions& options) {
  const int access =
      options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection(handle);
  if (handle == nullptr) return Unavailable("out of memory");
  if (code != SQLITE_OK) return LastError(handle);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  // A file from elsewhere must not make us run what its schema says.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return connection;
}

Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return LastError(database_.get());
  return {};
}

Result<Statement> Connection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return LastError(database_.get());
  return Statement(statement);
}

Result<std::int64_t> Connection::QueryInteger(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return std::move(statement).error();
  Query query(*statement);
  const Result<bool> row = query.Step();
  if (!row) return row.error();
  return *row ? query.Integer(0) : 0;
}

Result<std::string> Connection::QueryText(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return std::move(statement).error();
  Query query(*statement);
  const Result<bool> row = query.Step();
  if (!row) return row.error();
  return std::string(*row ? query.Text(0) : "");
}

int Connection::ChangedRows() const { return sqlite3_changes(database_.get()); }

bool Connection::InTransaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

void Connection::LeaveLogOnClose(bool leave) {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave ? 1 : 0, nullptr);
}

Result<int> Connection::Checkpoint() {
  int pages = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &pages, nullptr);
  // Busy: another connection is at it already, which is as good.
  if (code == SQLITE_BUSY) return 0;
  if (code != SQLITE_OK) return LastError(database_.get());
  return pages;
}

void Connection::WatchLogPages(int* pages) {
  sqlite3_wal_hook(database_.get(), RememberLogPages, pages);
}

}  // namespace glyphd
