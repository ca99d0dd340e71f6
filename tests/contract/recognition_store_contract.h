// What every RecognitionStore promises, as tests that run on each implementation.
//
// A backend instantiates it in a test program of its own:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, RecognitionStoreContract, testing::Values(…), …);

#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/recognition_store.h"

namespace glyphd {

// One database that is empty at first and can be closed and opened again.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;  // removes it
  virtual Result<std::unique_ptr<RecognitionStore>> Open() = 0;
};

struct StoreBackend {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

inline void PrintTo(const StoreBackend& backend, std::ostream* out) { *out << backend.name; }

class RecognitionStoreContract : public testing::TestWithParam<StoreBackend> {
 protected:
  void SetUp() override;
  void Reopen();

  // Keeps one record for each number, oldest first, and gives their ids.
  std::vector<RecordId> PutNumbers(int first, int last);
  // The texts of all pages of a list.
  std::vector<std::string> ListTexts(const RecognitionFilter& filter, int limit = 50);

  std::unique_ptr<StoreUnderTest> database_;
  std::unique_ptr<RecognitionStore> store_;
};

}  // namespace glyphd
