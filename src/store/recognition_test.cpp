#include "store/recognition.h"

#include <gtest/gtest.h>

namespace glyphd {
namespace {

Recognition ExampleRecognition() {
  Recognition recognition;
  recognition.id = *RecordId::Parse("01890a5d-ac96-774b-bcce-b302099a8057");
  recognition.created_at = *ParseTime("2026-11-23T01:02:03.456789Z");
  recognition.model_name = "digits";
  recognition.model_version = "1";
  recognition.image.sha256 = Sha256({});
  recognition.image.filename = "a \"b\".png";
  recognition.image.media_type = "image/png";
  recognition.image.width = 28;
  recognition.image.height = 29;
  recognition.image.size_bytes = 301;
  recognition.reference = "order 17";
  recognition.timing = {0.5, 0.25, 1, 2};
  return recognition;
}

std::string Json(const Recognition& recognition) {
  std::string json;
  AppendRecognitionJson(recognition, json);
  return json;
}

TEST(RecognitionJson, HasEveryMemberInTheOrderOfTheApi) {
  std::string reading;
  AppendReadingMembers(ExampleRecognition().reading, reading);
  EXPECT_EQ(Json(ExampleRecognition()),
            R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
            R"("created_at":"2026-11-23T01:02:03.456789Z",)" +
                reading +
                R"(,"model":{"name":"digits","version":"1"},)"
                R"("image":{"sha256":)"
                R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",)"
                R"("filename":"a \"b\".png","media_type":"image/png",)"
                R"("width":28,"height":29,"bytes":301},"reference":"order 17",)"
                R"("timing_ms":{"decode":0.5,"ink":0.25,"inference":1,"total":2},)"
                R"("correction":null})");
}

TEST(RecognitionJson, SaysNullForAFileNameAndAReferenceThatWereNotGiven) {
  Recognition recognition = ExampleRecognition();
  recognition.image.filename.clear();
  recognition.reference.clear();
  const std::string json = Json(recognition);
  EXPECT_NE(json.find(R"("filename":null)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("reference":null)"), std::string::npos) << json;
}

TEST(RecognitionJson, ShowsTheLatestCorrection) {
  Recognition recognition = ExampleRecognition();
  recognition.correction = Correction{recognition.created_at, "42"};
  EXPECT_NE(Json(recognition)
                .find(R"("correction":{"created_at":"2026-11-23T01:02:03.456789Z","text":"42"}})"),
            std::string::npos);
}

TEST(RecognitionJson, SaysNullForACorrectionToNoDigit) {
  std::string json;
  AppendCorrectionJson({ExampleRecognition().created_at, std::nullopt}, json);
  EXPECT_EQ(json, R"({"created_at":"2026-11-23T01:02:03.456789Z","text":null})");
}

}  // namespace
}  // namespace glyphd
