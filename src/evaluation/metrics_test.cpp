#include "evaluation/metrics.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kTwo = {"a", "b"};

// Four answers: right with 0.9, wrong with 0.6, right with 0.8, right with 0.7.
Evaluation FourAnswers() {
  const std::vector<float> probabilities = {0.9F, 0.1F, 0.6F, 0.4F, 0.2F, 0.8F, 0.7F, 0.3F};
  const std::vector<std::uint8_t> labels = {0, 1, 1, 0};
  return Evaluate(probabilities, labels, kTwo);
}

TEST(WilsonInterval, HasTheKnownValues) {
  const Interval half = WilsonInterval(5, 10);
  EXPECT_NEAR(half.low, 0.236593, 1e-6);
  EXPECT_NEAR(half.high, 0.763407, 1e-6);
  const Interval newcombe = WilsonInterval(81, 263);  // Newcombe 1998, table I: 0.2553, 0.3662
  EXPECT_NEAR(newcombe.low, 0.2553, 5e-5);
  EXPECT_NEAR(newcombe.high, 0.3662, 5e-5);
}

TEST(WilsonInterval, StaysWithinZeroAndOneAtTheEnds) {
  EXPECT_EQ(WilsonInterval(0, 10).low, 0.0);
  EXPECT_NEAR(WilsonInterval(0, 10).high, 0.277533, 1e-6);
  EXPECT_NEAR(WilsonInterval(10, 10).low, 0.722467, 1e-6);
  EXPECT_NEAR(WilsonInterval(10, 10).high, 1.0, 1e-12);
  EXPECT_EQ(WilsonInterval(0, 0).high, 0.0);
}

TEST(Evaluate, CountsWhatIsRight) {
  const Evaluation evaluation = FourAnswers();
  EXPECT_EQ(evaluation.examples, 4U);
  EXPECT_EQ(evaluation.right, 3U);
  EXPECT_DOUBLE_EQ(evaluation.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(evaluation.accuracy_low, WilsonInterval(3, 4).low);
  EXPECT_THAT(evaluation.confusion, ElementsAre(ElementsAre(2, 0), ElementsAre(1, 1)));
  EXPECT_THAT(evaluation.recall, ElementsAre(1.0, 0.5));
}

TEST(Evaluate, MeasuresTheLogLoss) {
  const double expected = -(std::log(0.9) + std::log(0.4) + std::log(0.8) + std::log(0.7)) / 4;
  EXPECT_NEAR(FourAnswers().mean_log_loss, expected, 1e-6);
}

TEST(Evaluate, KeepsTheLossOfAnImpossibleAnswerFinite) {
  const std::vector<float> probabilities = {1.0F, 0.0F};
  const std::vector<std::uint8_t> labels = {1};
  EXPECT_NEAR(Evaluate(probabilities, labels, kTwo).mean_log_loss, -std::log(1e-12), 1e-9);
}

TEST(Evaluate, MeasuresCalibrationInBinsOfEqualCount) {
  // One answer a bin: gaps of 0.1, 0.6, 0.2 and 0.3.
  EXPECT_NEAR(FourAnswers().calibration_error, 0.3, 1e-6);
  // Twenty answers with 0.75: bins of two, of which every second has one wrong.
  std::vector<float> probabilities;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 20; ++i) {
    probabilities.insert(probabilities.end(), {0.75F, 0.25F});
    labels.push_back(i % 4 == 3 ? 1 : 0);
  }
  const Evaluation evaluation = Evaluate(probabilities, labels, kTwo);
  ASSERT_EQ(evaluation.calibration.size(), 10U);
  EXPECT_EQ(evaluation.calibration[0].count, 2U);
  EXPECT_DOUBLE_EQ(evaluation.calibration[0].accuracy, 1.0);
  EXPECT_DOUBLE_EQ(evaluation.calibration[1].accuracy, 0.5);
  EXPECT_DOUBLE_EQ(evaluation.calibration_error, 0.25);
}

TEST(Evaluate, ListsTheSurestMistakesFirst) {
  const std::vector<float> probabilities = {0.6F, 0.4F, 0.1F, 0.9F, 0.9F, 0.1F};
  const std::vector<std::uint8_t> labels = {1, 0, 0};
  const Evaluation evaluation = Evaluate(probabilities, labels, kTwo);
  ASSERT_EQ(evaluation.mistakes.size(), 2U);
  EXPECT_EQ(evaluation.mistakes[0].example, 1U);
  EXPECT_EQ(evaluation.mistakes[0].truth, 0);
  EXPECT_EQ(evaluation.mistakes[0].answer, 1);
  EXPECT_NEAR(evaluation.mistakes[0].confidence, 0.9, 1e-6);
  EXPECT_EQ(evaluation.mistakes[1].example, 0U);
}

TEST(Evaluate, MarksAClassWithoutExamples) {
  const std::vector<float> probabilities = {1.0F, 0.0F};
  const std::vector<std::uint8_t> labels = {0};
  EXPECT_THAT(Evaluate(probabilities, labels, kTwo).recall, ElementsAre(1.0, -1.0));
}

TEST(Evaluate, OfNothingGivesZeros) {
  const Evaluation evaluation = Evaluate({}, {}, kTwo);
  EXPECT_EQ(evaluation.accuracy, 0);
  EXPECT_EQ(evaluation.accuracy_high, 0);
  EXPECT_EQ(evaluation.calibration_error, 0);
  EXPECT_EQ(evaluation.mean_log_loss, 0);
  EXPECT_TRUE(evaluation.calibration.empty());
}

TEST(FitTemperature, FindsTheOneThatMatchesTheShareOfRightAnswers) {
  // Logits (4, 0) that are right in three of four: sigmoid(4 / T) = 3/4, so T = 4 / ln 3.
  const std::vector<float> logits = {4, 0, 4, 0, 4, 0, 4, 0};
  const std::vector<std::uint8_t> labels = {0, 0, 1, 0};
  EXPECT_NEAR(FitTemperature(logits, labels, 2), 4 / std::log(3.0), 1e-3);
}

TEST(FitTemperature, SharpensAnswersThatAreTooModest) {
  std::vector<float> logits;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 10; ++i) {
    logits.insert(logits.end(), {0.5F, 0, 0});
    labels.push_back(i == 0 ? 1 : i == 1 ? 2 : 0);
  }
  // exp(0.5 / T) / (exp(0.5 / T) + 2) = 0.8, so exp(0.5 / T) = 8.
  EXPECT_NEAR(FitTemperature(logits, labels, 3), 0.5 / std::log(8.0), 1e-3);
}

TEST(FitTemperature, StaysInBoundsWhereNothingIsWrongAndForHugeLogits) {
  const std::vector<std::uint8_t> labels = {0};
  EXPECT_NEAR(FitTemperature(std::vector<float>{0.1F, 0}, labels, 2), 0.05, 1e-3);
  EXPECT_NEAR(FitTemperature(std::vector<float>{-3e38F, 3e38F}, labels, 2), 20, 1e-3);
  EXPECT_EQ(FitTemperature({}, {}, 10), 1.0);
}

TEST(EvaluationToJson, IsOneObjectWithEveryFigure) {
  const std::vector<float> probabilities = {0.75F, 0.25F, 0.5F, 0.5F};
  const std::vector<std::uint8_t> labels = {0, 1};
  Evaluation evaluation = Evaluate(probabilities, labels, {"a", "\"b\"\n"});
  evaluation.accuracy_low = 0.25;
  evaluation.accuracy_high = 0.875;
  evaluation.mean_log_loss = 0.5;
  EXPECT_EQ(EvaluationToJson(evaluation),
            R"({"examples":2,"right":1,"accuracy":0.5,"accuracy_95":[0.25,0.875],)"
            R"("mean_log_loss":0.5,"calibration_error":0.375,"labels":["a","\"b\"\u000a"],)"
            R"("recall":{"a":1,"\"b\"\u000a":0},"confusion":[[1,0],[1,0]],)"
            R"("calibration":[{"mean_confidence":0.5,"accuracy":0,"count":1},)"
            R"({"mean_confidence":0.75,"accuracy":1,"count":1}],)"
            R"("mistakes":[{"example":1,"truth":"\"b\"\u000a","answer":"a","confidence":0.5}]})");
}

TEST(EvaluationToText, ShowsATableWithColoursOnlyWhereWanted) {
  const std::string plain = EvaluationToText(FourAnswers(), false);
  EXPECT_THAT(plain, HasSubstr("Accuracy           75.00 %"));
  EXPECT_THAT(plain, HasSubstr("3 of 4"));
  EXPECT_THAT(plain, HasSubstr("    b   50.00 %"));
  EXPECT_THAT(plain, HasSubstr("    a   2   ·\n    b   1   1\n"));
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(EvaluationToText(FourAnswers(), true), HasSubstr("\x1b[32m"));
}

}  // namespace
}  // namespace glyphd
