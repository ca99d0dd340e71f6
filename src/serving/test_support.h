// What the tests of this module share: a store in memory, a model that always says the same,
// pictures made on the spot, and a client that speaks raw bytes.

#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "inference/classifier.h"
#include "serving/server.h"
#include "serving/worker_pool.h"
#include "store/recognition_store.h"

namespace glyphd::serving {

// Holds to be a 7 whatever it sees.
class FakeClassifier : public Classifier {
 public:
  std::function<void()> before = [] {};  // called in every Classify()

  const std::string& name() const override { return name_; }
  const std::string& version() const override { return version_; }
  const std::vector<std::string>& labels() const override { return labels_; }
  Status Classify(std::span<const GlyphImage> glyphs,
                  std::span<float> probabilities) const override;

 private:
  std::string name_ = "fake";
  std::string version_ = "1";
  std::vector<std::string> labels_ = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
};

class MemoryStore : public RecognitionStore {
 public:
  std::atomic<bool> full{false};  // refuses what is put
  std::atomic<int> puts{0};

  void Put(PutGroup group, PutDone done) override;
  Result<Recognition> Find(const RecordId& id) override;
  Result<SharedBytes> Picture(const RecordId& id) override;
  Result<RecognitionPage> List(const RecognitionFilter& filter, int limit,
                               const std::optional<std::string>& cursor) override;
  Status Delete(const RecordId& id) override;
  Result<Correction> Correct(const RecordId& id, std::optional<std::string> text) override;
  Result<std::vector<Correction>> Corrections(const RecordId& id) override;
  Result<IdempotentAnswer> FindAnswer(const std::string& key) override;
  Status Check() override;
  StoreFigures Figures() override;

 private:
  std::mutex mutex_;
  std::map<RecordId, NewRecognition> records_;
  std::map<RecordId, std::vector<Correction>> corrections_;
  std::map<std::string, IdempotentAnswer> answers_;
  WorkerPool writer_{1};  // last: it is joined first
};

// A drawing of one stroke as BMP; another `shade` gives other bytes.
std::string StrokeBmp(int side = 28, int shade = 0);
// A PNG that claims these sizes in its header and has no pixels.
std::string HollowPng(std::uint32_t width, std::uint32_t height);

struct Answer {
  int status = 0;                              // 0: the connection ended first
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Send(std::string_view bytes);  // false: the other side is gone
  Answer Receive(bool to_head = false);
  bool AtEnd();  // waits for the other side to close

 private:
  bool Fill();

  int socket_ = -1;
  std::string received_;
};

std::string Get(std::string_view target, std::string_view more_headers = "");
std::string Post(std::string_view target, std::string_view content_type, std::string_view body,
                 std::string_view more_headers = "");
// One part named image per picture, with the boundary "XX".
std::string Form(const std::vector<std::string>& pictures);
inline constexpr std::string_view kFormType = "multipart/form-data; boundary=XX";

}  // namespace glyphd::serving
