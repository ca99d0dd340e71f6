#include "app/picture_list.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <glob.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

using Paths = std::vector<fs::path>;

bool LooksLikeAPicture(const fs::path& file) {
  constexpr std::array<std::string_view, 10> kEndings = {".png", ".jpg", ".jpeg", ".webp", ".bmp",
                                                         ".gif", ".tif", ".tiff", ".heic", ".heif"};
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Result<Paths> PicturesBelow(const fs::path& folder) {
  std::error_code failure;
  Paths found;
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(folder, options, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && LooksLikeAPicture(entry->path())) {
      found.push_back(entry->path());
    }
  }
  if (failure) return Unavailable("cannot read " + folder.string() + ": " + failure.message());
  if (found.empty()) return NotFound("there is no picture in the folder " + folder.string());
  std::sort(found.begin(), found.end());
  return found;
}

bool IsPattern(const std::string& argument) {
  return argument.find_first_of("*?[") != std::string::npos;
}

Result<Paths> PicturesMatching(const std::string& pattern) {
  glob_t matches{};
  const int outcome = ::glob(pattern.c_str(), 0, nullptr, &matches);
  Paths found(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  ::globfree(&matches);
  if (outcome == 0) return found;
  if (outcome == GLOB_NOMATCH) return NotFound("no file matches " + pattern);
  return Unavailable("cannot look for " + pattern);
}

Result<Paths> Expand(const std::string& argument) {
  std::error_code failure;
  if (fs::is_directory(argument, failure)) return PicturesBelow(argument);
  // A file may well be called "page[1].png".
  if (!IsPattern(argument) || fs::exists(argument, failure)) return Paths{argument};
  return PicturesMatching(argument);
}

}  // namespace

Result<Paths> ListPictures(const std::vector<std::string>& arguments) {
  Paths all;
  for (const std::string& argument : arguments) {
    const auto expanded = Expand(argument);
    if (!expanded.ok()) return expanded;
    all.insert(all.end(), expanded->begin(), expanded->end());
  }
  return all;
}

}  // namespace glyphd
