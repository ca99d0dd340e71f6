#include "app/exit_code.h"

namespace glyphd {

int ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return 3;
    case ErrorCode::kUnsupported:
      return 4;
    case ErrorCode::kTooLarge:
      return 5;
    case ErrorCode::kNotFound:
      return 6;
    case ErrorCode::kConflict:
      return 7;
    case ErrorCode::kUnavailable:
      return 8;
    case ErrorCode::kCorrupt:
      return 9;
  }
  AbortBecause("an error code without an exit status");
}

}  // namespace glyphd
