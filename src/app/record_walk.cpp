#include "app/record_walk.h"

#include <algorithm>
#include <limits>

#include "store/sqlite/sqlite_store.h"

namespace glyphd {
namespace {

constexpr std::size_t kPageSize = 1000;

}  // namespace

Result<std::unique_ptr<RecognitionStore>> OpenHistory(const std::filesystem::path& database) {
  std::error_code failure;
  if (!std::filesystem::exists(database, failure)) {
    return NotFound("there is no database " + database.string() +
                    "; --data DIR names the folder that `glyphd serve` was given");
  }
  SqliteOptions options;
  options.path = database;
  options.read_only = true;
  return OpenSqliteStore(options);
}

Status WalkRecords(RecognitionStore& store, const RecognitionFilter& filter, std::size_t most,
                   const std::function<Status(const Recognition&)>& visit) {
  std::optional<std::string> cursor;
  std::size_t left = most == 0 ? std::numeric_limits<std::size_t>::max() : most;
  do {
    const auto page = store.List(filter, static_cast<int>(std::min(left, kPageSize)), cursor);
    if (!page.ok()) return page.error();
    for (const Recognition& recognition : page->recognitions) {
      if (Status status = visit(recognition); !status.ok()) return status;
    }
    left -= page->recognitions.size();
    cursor = page->next_cursor;
  } while (cursor && left > 0);
  return {};
}

std::string PictureFileName(const Recognition& recognition) {
  const std::string& type = recognition.image.media_type;
  const std::size_t slash = type.find('/');
  const std::string ending = slash == std::string::npos ? "bin" : type.substr(slash + 1);
  return recognition.id.ToString() + "." + (ending == "jpeg" ? "jpg" : ending);
}

}  // namespace glyphd
