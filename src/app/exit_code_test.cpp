#include "app/exit_code.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

constexpr ErrorCode kAll[] = {
    ErrorCode::kInvalidInput, ErrorCode::kUnsupported, ErrorCode::kTooLarge, ErrorCode::kNotFound,
    ErrorCode::kConflict,     ErrorCode::kUnavailable, ErrorCode::kCorrupt};

TEST(ExitCodes, EveryErrorHasOneOfItsOwn) {
  std::set<int> codes = {kExitDone, kExitSomeFailed, kExitUsage};
  for (const ErrorCode code : kAll) codes.insert(ExitCodeOf(code));
  EXPECT_EQ(codes.size(), 3 + std::size(kAll));
  EXPECT_LT(*codes.rbegin(), 126) << "a shell uses those above for itself";
}

TEST(ExitCodes, AreThoseOfTheDocumentedTable) {
  std::stringstream page;
  page << std::ifstream(std::string(std::getenv("GLYPHD_SOURCE_DIR")) + "/docs/cli.md").rdbuf();
  for (const ErrorCode code : kAll) {
    const std::string row =
        "| " + std::to_string(ExitCodeOf(code)) + " | " + std::string(ErrorCodeName(code)) + " |";
    EXPECT_THAT(page.str(), testing::HasSubstr(row));
  }
}

}  // namespace
}  // namespace glyphd
