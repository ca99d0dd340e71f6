#include "serving/reading_batch.h"

#include <iterator>

namespace glyphd::serving {

void ReadingBatch::Add(std::vector<PreparedPicture> pictures, Done done) {
  members_.push_back({pictures.size(), std::move(done)});
  std::move(pictures.begin(), pictures.end(), std::back_inserter(pictures_));
  if (pictures_.size() >= limit_) Flush();
}

void ReadingBatch::Flush() {
  if (members_.empty()) return;
  // `done` may lead to another Add(): what it adds belongs to the next group.
  const std::vector<PreparedPicture> pictures = std::exchange(pictures_, {});
  const std::vector<Member> members = std::exchange(members_, {});
  const auto began = std::chrono::steady_clock::now();
  Result<std::vector<Reading>> readings = recognizer_->ReadPrepared(pictures);
  const auto duration = std::chrono::steady_clock::now() - began;
  metrics_.ObserveBatch(pictures.size());
  std::size_t at = 0;
  for (const Member& member : members) {
    if (!readings.ok()) {
      member.done(readings.error(), duration);
      continue;
    }
    const auto first = readings->begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(member.pictures);
    at += member.pictures;
    member.done(std::vector<Reading>(std::move_iterator(first), std::move_iterator(last)),
                duration);
  }
}

}  // namespace glyphd::serving
