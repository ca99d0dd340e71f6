#include "store/recognition_store.h"

#include <future>

namespace glyphd {

Status RecognitionStore::PutAndWait(PutGroup group) {
  // Shared with the completion: the waiting side may be gone before the other has
  // finished setting the value.
  auto outcome = std::make_shared<std::promise<Status>>();
  std::future<Status> waiting = outcome->get_future();
  Put(std::move(group), [outcome](Status status) { outcome->set_value(std::move(status)); });
  return waiting.get();
}

}  // namespace glyphd
