#include "store/sqlite/sqlite_store.h"

#include <optional>
#include <system_error>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/folder_lock.h"
#include "store/sqlite/read_session.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"

namespace glyphd {
namespace {

constexpr std::string_view kKeepRecognitions = "keep recognitions";
constexpr std::string_view kReadRecognitions = "read recognitions";

// Errors about what we keep get the context; those about the call speak for themselves.
Error During(std::string_view activity, Error error) {
  const bool ours = error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kCorrupt;
  return ours ? std::move(error).During(activity) : std::move(error);
}

Status During(std::string_view activity, Status status) {
  if (status.ok()) return status;
  return During(activity, std::move(status).error());
}

template <typename T>
Result<T> During(std::string_view activity, Result<T> result) {
  if (result.ok()) return result;
  return During(activity, std::move(result).error());
}

ConnectionOptions ConnectionOptionsOf(const SqliteOptions& options, bool read_only) {
  return {options.path, options.vfs, options.busy_timeout, read_only};
}

class SqliteStore final : public RecognitionStore {
 private:
  static Error OpenedForReadingOnly() {
    return Unavailable("the database was opened for reading only");
  }

  template <typename Use>
  auto Read(Use use) {
    return During(kReadRecognitions, sessions_.With(std::move(use)));
  }

  Status Change(std::string_view activity, Writer::Change change) {
    if (!writer_) return During(activity, Status(OpenedForReadingOnly()));
    return During(activity, writer_->SubmitAndWait(std::move(change)));
  }

 public:
  // A store that was opened for reading only has neither lock nor writer.
  SqliteStore(const SqliteOptions& options, std::optional<FolderLock> lock,
              std::unique_ptr<Writer> writer)
      : lock_(std::move(lock)),
        writer_(std::move(writer)),
        sessions_(ConnectionOptionsOf(options, true)) {}

  // Completions may still read, so all must have run before the first member goes.
  ~SqliteStore() override {
    if (writer_) writer_->Finish();
  }

  void Put(PutGroup group, PutDone done) override {
    if (!writer_) return done(OpenedForReadingOnly());
    writer_->Submit(
        [group = std::move(group)](WriteSession& session) { return session.Put(group); },
        [done = std::move(done)](Status status) {
          done(During(kKeepRecognitions, std::move(status)));
        });
  }

  Result<Recognition> Find(const RecordId& id) override {
    return Read([&id](ReadSession& session) { return session.Find(id); });
  }

  Result<SharedBytes> Picture(const RecordId& id) override {
    return Read([&id](ReadSession& session) { return session.Picture(id); });
  }

  Result<RecognitionPage> List(const RecognitionFilter& filter, int limit,
                               const std::optional<std::string>& cursor) override {
    return Read([&](ReadSession& session) { return session.List(filter, limit, cursor); });
  }

  Status Delete(const RecordId& id) override {
    return Change("delete a recognition",
                  [&id](WriteSession& session) { return session.Delete(id); });
  }

  Result<Correction> Correct(const RecordId& id, std::optional<std::string> text) override {
    Correction correction;
    const Status corrected =
        Change("keep a correction", [&id, &text, &correction](WriteSession& session) -> Status {
          Result<Correction> result = session.Correct(id, text);
          if (!result) return std::move(result).error();
          correction = std::move(*result);
          return {};
        });
    if (!corrected.ok()) return corrected.error();
    return correction;
  }

  Result<std::vector<Correction>> Corrections(const RecordId& id) override {
    return Read([&id](ReadSession& session) { return session.Corrections(id); });
  }

  Result<IdempotentAnswer> FindAnswer(const std::string& key) override {
    return Read([&key](ReadSession& session) { return session.FindAnswer(key); });
  }

  Status Check() override {
    return Change("write to the database", [](WriteSession& session) { return session.Touch(); });
  }

  StoreFigures Figures() override {
    StoreFigures figures;
    if (writer_) {
      figures.records = writer_->session().records();
      figures.commits = writer_->session().commits();
      figures.kept = writer_->session().kept();
      figures.waiting = writer_->waiting();
    } else if (const auto count =
                   Read([](ReadSession& session) { return session.CountRecords(); })) {
      figures.records = *count;
    }
    return figures;
  }

 private:
  // In the order of leaving, backwards. A reader that left last would leave the log behind, and
  // another process may only come in when the writer has gone.
  std::optional<FolderLock> lock_;
  std::unique_ptr<Writer> writer_;
  ReadSessions sessions_;
};

Status MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) {
    return SyncFolder(folder.has_parent_path() ? folder.parent_path() : ".");
  }
  if (error) {
    return Unavailable("cannot make the folder " + folder.string() + ": " + error.message() +
                       "; choose a data folder that can be written");
  }
  return {};
}

Status SetUp(Connection& connection, bool synchronous_full) {
  // The log is cut to this length when it starts over, so that one long reader does not leave
  // a long log behind for good. Checkpoints are the Checkpointer's.
  return connection.Execute(std::string("PRAGMA journal_size_limit = 33554432;"
                                        "PRAGMA wal_autocheckpoint = 0;"
                                        "PRAGMA synchronous = ") +
                            (synchronous_full ? "FULL" : "OFF"));
}

Status UseWriteAheadLog(Connection& connection) {
  const Result<std::string> mode = connection.QueryText("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode == "wal") return {};
  return Unavailable(
      "this file system cannot hold a write-ahead log; choose a data folder on a "
      "local disk");
}

Result<Connection> OpenForWriting(const SqliteOptions& options) {
  Result<Connection> connection = Connection::Open(ConnectionOptionsOf(options, false));
  if (!connection) return connection;
  // Until the file is known to be ours and sound, not even its log is moved into it.
  connection->LeaveLogOnClose(true);
  Status ready = CheckDatabase(*connection, SchemaSteps());
  if (ready.ok()) ready = SetUp(*connection, options.synchronous_full);
  if (ready.ok()) ready = UseWriteAheadLog(*connection);
  if (ready.ok()) ready = Migrate(*connection, SchemaSteps());
  if (!ready.ok()) return ready.error();
  connection->LeaveLogOnClose(false);
  return connection;
}

Result<std::unique_ptr<Writer>> OpenWriter(const SqliteOptions& options) {
  Result<Connection> connection = OpenForWriting(options);
  if (!connection) return std::move(connection).error();
  Result<std::unique_ptr<WriteSession>> session = WriteSession::Open(std::move(*connection));
  if (!session) return std::move(session).error();
  Result<Connection> checkpoints = Connection::Open(ConnectionOptionsOf(options, false));
  if (!checkpoints) return std::move(checkpoints).error();
  if (Status ready = SetUp(*checkpoints, options.synchronous_full); !ready.ok()) {
    return ready.error();
  }
  return std::make_unique<Writer>(std::move(*session), std::move(*checkpoints));
}

using OpenedStore = Result<std::unique_ptr<RecognitionStore>>;

OpenedStore OpenReadOnly(const SqliteOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(options.path, error)) {
    return NotFound(
        "there is no such database yet; give the data folder of a glyphd that has "
        "served");
  }
  if (Status header = CheckFileHeader(options.path); !header.ok()) return header.error();
  Result<Connection> connection = Connection::Open(ConnectionOptionsOf(options, true));
  if (!connection) return std::move(connection).error();
  Status sound = CheckDatabase(*connection, SchemaSteps());
  if (sound.ok()) sound = CheckUpToDate(*connection, SchemaSteps());
  if (!sound.ok()) return sound.error();
  return OpenedStore(std::make_unique<SqliteStore>(options, std::nullopt, nullptr));
}

OpenedStore OpenReadWrite(const SqliteOptions& options) {
  const std::filesystem::path folder =
      options.path.has_parent_path() ? options.path.parent_path() : ".";
  if (Status made = MakeFolder(folder); !made.ok()) return made.error();
  Result<FolderLock> lock = FolderLock::Take(options.path);
  if (!lock) return std::move(lock).error();
  if (Status header = CheckFileHeader(options.path); !header.ok()) return header.error();
  Result<std::unique_ptr<Writer>> writer = OpenWriter(options);
  if (!writer) return std::move(writer).error();
  // The names of a new database and its log must last before anything is answered.
  if (Status synced = SyncFolder(folder); !synced.ok()) return synced.error();
  return OpenedStore(
      std::make_unique<SqliteStore>(options, std::optional(std::move(*lock)), std::move(*writer)));
}

}  // namespace

Result<std::unique_ptr<RecognitionStore>> OpenSqliteStore(const SqliteOptions& options) {
  OpenedStore store = options.read_only ? OpenReadOnly(options) : OpenReadWrite(options);
  if (!store) return std::move(store).error().During("open " + options.path.string());
  return store;
}

}  // namespace glyphd
