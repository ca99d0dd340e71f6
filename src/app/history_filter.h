// The filters of the API's list as flags: --since, --text, --needs-review …
//
// Errors    kInvalidInput: names the flag

#pragma once

#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "store/recognition_store.h"

namespace glyphd {

using FilterTexts = std::map<std::string, std::string>;  // by the name of the query parameter

void AddFilterFlags(CLI::App& command, FilterTexts& given);
Result<RecognitionFilter> ParseFilter(const FilterTexts& given);

}  // namespace glyphd
