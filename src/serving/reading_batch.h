// Gathers the pictures that one event loop prepared, and reads them in one inference call.
//
// Threads   one loop's own; `done` runs on it, inside Add() or Flush()
// Why       inference is most of a request's cost and much cheaper in groups, and requests that
//           are read together are also committed together

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "recognition/recognizer.h"
#include "serving/metrics.h"

namespace glyphd::serving {

class ReadingBatch {
 public:
  // The readings in order, and how long the call for the whole group took.
  using Done = std::function<void(Result<std::vector<Reading>>, std::chrono::nanoseconds)>;

  ReadingBatch(std::shared_ptr<const Recognizer> recognizer, std::size_t limit, Metrics& metrics)
      : recognizer_(std::move(recognizer)), limit_(limit), metrics_(metrics) {}

  // Reads at once when that fills the group.
  void Add(std::vector<PreparedPicture> pictures, Done done);
  void Flush();
  bool empty() const { return members_.empty(); }

 private:
  struct Member {
    std::size_t pictures;
    Done done;
  };

  std::shared_ptr<const Recognizer> recognizer_;
  std::size_t limit_;
  Metrics& metrics_;
  std::vector<PreparedPicture> pictures_;
  std::vector<Member> members_;
};

}  // namespace glyphd::serving
