// How many of real people's digits are read right, from the file to the label.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "recognition/recognizer.h"

namespace glyphd {
namespace {

struct LabelledPicture {
  std::filesystem::path path;
  std::string label;
};

// The columns path and label come first; a header line comes before all.
std::vector<LabelledPicture> ReadList(const std::filesystem::path& folder) {
  std::vector<LabelledPicture> pictures;
  std::ifstream csv(folder / "single.csv");
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    std::istringstream fields(line);
    std::string path;
    std::string label;
    std::getline(fields, path, ',');
    std::getline(fields, label, ',');
    pictures.push_back({folder / path, label});
  }
  return pictures;
}

Bytes ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::filesystem::path ShippedModel() {
  const char* source = std::getenv("GLYPHD_SOURCE_DIR");
  return std::filesystem::path(source == nullptr ? "." : source) / "models" / "default";
}

class Accuracy : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(ShippedModel())) GTEST_SKIP() << "models/default does not exist";
    const auto model = ReadModelFolder(ShippedModel());
    ASSERT_TRUE(model.ok()) << model.error().message;
    auto classifier = OpenClassifier(*model);
    ASSERT_TRUE(classifier.ok()) << classifier.error().message;
    recognizer_.emplace(std::move(classifier).value());
  }

  std::optional<Recognizer> recognizer_;
};

TEST_F(Accuracy, SingleDigitsOfRealPeopleAreReadRight) {
  const char* digits = std::getenv("GLYPHD_DIGITS");
  if (digits == nullptr) GTEST_SKIP() << "GLYPHD_DIGITS names no folder of pictures";
  const auto pictures = ReadList(digits);
  ASSERT_FALSE(pictures.empty());
  std::size_t right = 0;
  for (const LabelledPicture& picture : pictures) {
    const auto reading = recognizer_->Read(ReadFile(picture.path), {Layout::kDigit, {}});
    ASSERT_TRUE(reading.ok()) << picture.path << ": " << reading.error().message;
    if (reading->text == picture.label) {
      ++right;
    } else {
      std::cout << picture.path.filename() << ": " << picture.label << " was read as \""
                << reading->text << "\"\n";
    }
  }
  const double share = static_cast<double>(right) / static_cast<double>(pictures.size());
  std::cout << right << " of " << pictures.size() << " right (" << 100 * share << " %)\n";
  RecordProperty("right", static_cast<int>(right));
  EXPECT_GE(share, 0.85);
}

}  // namespace
}  // namespace glyphd
