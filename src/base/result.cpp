#include "base/result.h"

#include <cstdio>

namespace glyphd {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return "invalid input";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kTooLarge:
      return "too large";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kCorrupt:
      return "corrupt";
  }
  AbortBecause("an error code without a name");
}

Error Error::During(std::string_view activity) && {
  std::string whole(activity);
  whole += ": ";
  whole += message;
  return {code, std::move(whole)};
}

void AbortBecause(std::string_view broken_invariant) {
  std::fprintf(stderr, "glyphd: broken invariant: %.*s\n",
               static_cast<int>(broken_invariant.size()), broken_invariant.data());
  std::abort();
}

}  // namespace glyphd
