#include "serving/assets.h"

#include <algorithm>

namespace glyphd::serving {

const Asset* FindAsset(std::string_view path) {
  if (path == "/") path = "/index.html";
  const std::span<const Asset> assets = EmbeddedAssets();
  const auto found = std::lower_bound(
      assets.begin(), assets.end(), path,
      [](const Asset& asset, std::string_view wanted) { return asset.path < wanted; });
  return found == assets.end() || found->path != path ? nullptr : &*found;
}

}  // namespace glyphd::serving
