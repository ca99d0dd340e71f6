// The files of the page, embedded into the program when it was built.
//
// Source    the folder that Vite builds from web/, through tools/embed_assets.py
// Lifetime  as long as the program

#pragma once

#include <span>
#include <string_view>

namespace glyphd::serving {

struct Asset {
  std::string_view path;  // as in the address: "/assets/index-4f2a.js"
  std::string_view media_type;
  std::string_view etag;  // with its quotes
  std::string_view content;
  std::string_view gzip;   // empty: not worth it
  bool immutable = false;  // its name carries a hash of its content
};

std::span<const Asset> EmbeddedAssets();        // sorted by path
const Asset* FindAsset(std::string_view path);  // "/" is the page; none: there is no such file

}  // namespace glyphd::serving
