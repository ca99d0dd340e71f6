// Which files a person means by "scans/ *.png -".
//
// Input     files, folders (every picture below, by its name's ending), patterns with * ? [ ]
//           that the shell left alone, and "-" for standard input
// Output    in the order given; within a folder or pattern by name
// Threads   pure but for reading folders
// Errors    a file that is not there stays in the list, so that reading it says so;
//           kNotFound: a folder or a pattern without any picture

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace glyphd {

Result<std::vector<std::filesystem::path>> ListPictures(const std::vector<std::string>& arguments);

}  // namespace glyphd
