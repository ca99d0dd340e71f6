// One connection to a SQLite file and its prepared statements, with errors as values.
//
// Threads   a connection and its statements belong to one thread at a time
// Errors    kUnavailable: disk full, input/output error, locked, out of memory, not writable
//           kCorrupt: damaged, no database, or not with the tables that we made
// Cost      binding copies nothing: what was bound must outlive the Query

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace glyphd {

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

 private:
  friend class Query;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One execution of a statement. Parameters count from 1, columns from 0.
class Query {
 public:
  explicit Query(Statement& statement) : statement_(statement.statement_.get()) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Bind(int parameter, std::int64_t value);
  Query& Bind(int parameter, double value);
  Query& Bind(int parameter, std::string_view text);
  Query& Bind(int parameter, ByteView blob);
  Query& BindNull(int parameter);

  Result<bool> Step();  // true: there is a row
  Status Run();         // steps to the end

  bool IsNull(int column) const;
  std::int64_t Integer(int column) const;
  double Real(int column) const;
  // Both are valid until the next Step().
  std::string_view Text(int column) const;
  ByteView Blob(int column) const;

 private:
  Query& Remember(int bind_code);

  sqlite3_stmt* statement_;
  int bind_code_ = 0;  // the first that was not OK; Step() reports it
};

struct ConnectionOptions {
  std::filesystem::path path;
  std::string vfs;  // empty: the system's own
  std::chrono::milliseconds busy_timeout{2000};
  bool read_only = false;
};

class Connection {
 public:
  static Result<Connection> Open(const ConnectionOptions& options);

  Status Execute(const std::string& sql);
  Result<Statement> Prepare(std::string_view sql);  // kept for the connection's life
  Result<std::int64_t> QueryInteger(std::string_view sql);
  Result<std::string> QueryText(std::string_view sql);

  int ChangedRows() const;  // by the last statement
  bool InTransaction() const;

  // Otherwise closing the last connection moves the write-ahead log into the file.
  void LeaveLogOnClose(bool leave);
  // Moves what it can from the log into the file without waiting for anybody and gives the
  // log's length in pages. The log starts over when all was moved and no reader is left in it.
  Result<int> Checkpoint();
  // Keeps the length of the write-ahead log, in pages, in `pages` after each commit.
  void WatchLogPages(int* pages);

 private:
  explicit Connection(sqlite3* database) : database_(database) {}

  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

// Prepares many statements and keeps the first error for the end.
class StatementMaker {
 public:
  explicit StatementMaker(Connection& connection) : connection_(connection) {}

  Statement operator()(std::string_view sql) {
    Result<Statement> statement = connection_.Prepare(sql);
    if (statement) return std::move(*statement);
    if (status_.ok()) status_ = statement.error();
    return Statement(nullptr);
  }
  const Status& status() const { return status_; }

 private:
  Connection& connection_;
  Status status_;
};

}  // namespace glyphd
