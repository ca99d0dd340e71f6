#include "app/history_filter.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "config/values.h"

namespace glyphd {
namespace {

// One filter: what it is called in the API, and how its text is read.
struct Filter {
  std::string name;
  std::string help;
  std::string placeholder;
  std::function<Status(const std::string&, RecognitionFilter&)> read;
};

template <typename Value, typename Parse>
auto ReadInto(std::optional<Value> RecognitionFilter::* member, Parse parse) {
  return [member, parse](const std::string& text, RecognitionFilter& filter) -> Status {
    Result<Value> value = parse(text);
    if (!value.ok()) return std::move(value).error();
    filter.*member = *std::move(value);
    return {};
  };
}

Result<std::string> AsItIs(std::string_view text) { return std::string(text); }

const std::vector<Filter>& Filters() {
  using F = RecognitionFilter;
  static const std::vector<Filter> filters = {
      {"since", "From this time on", "TIME", ReadInto(&F::since, ParseTime)},
      {"until", "Before this time", "TIME", ReadInto(&F::until, ParseTime)},
      {"text", "With exactly this text", "TEXT", ReadInto(&F::text, AsItIs)},
      {"filename", "Sent under this name", "NAME", ReadInto(&F::filename, AsItIs)},
      {"reference", "With this reference", "TEXT", ReadInto(&F::reference, AsItIs)},
      {"model", "Read by this model: name or name@version", "MODEL", ReadInto(&F::model, AsItIs)},
      {"min_confidence", "At least this sure", "0…1", ReadInto(&F::min_confidence, ParseFraction)},
      {"max_confidence", "At most this sure", "0…1", ReadInto(&F::max_confidence, ParseFraction)},
      {"needs_review", "Whether a person should look", "BOOL",
       ReadInto(&F::needs_review, ParseBoolean)},
      {"corrected", "Whether a person has corrected it", "BOOL",
       ReadInto(&F::corrected, ParseBoolean)},
  };
  return filters;
}

std::string FlagOf(const std::string& name) {
  std::string flag = "--" + name;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace

void AddFilterFlags(CLI::App& command, FilterTexts& given) {
  for (const Filter& filter : Filters()) {
    command
        .add_option_function<std::string>(
            FlagOf(filter.name),
            [&given, name = filter.name](const std::string& text) { given[name] = text; },
            filter.help)
        ->type_name(filter.placeholder)
        ->group("Filters");
  }
}

Result<RecognitionFilter> ParseFilter(const FilterTexts& given) {
  RecognitionFilter parsed;
  for (const Filter& filter : Filters()) {
    const auto text = given.find(filter.name);
    if (text == given.end()) continue;
    if (Status status = filter.read(text->second, parsed); !status.ok()) {
      return std::move(status).error().During(FlagOf(filter.name));
    }
  }
  return parsed;
}

}  // namespace glyphd
