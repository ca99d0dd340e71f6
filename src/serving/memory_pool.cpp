#include "serving/memory_pool.h"

#include <algorithm>
#include <future>

namespace glyphd::serving {

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    Release();
    pool_ = std::move(other.pool_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void Reservation::Release() {
  if (bytes_ > 0) pool_->Return(std::exchange(bytes_, 0));
  pool_.reset();
}

std::size_t MemoryPool::reserved() const {
  const std::lock_guard lock(mutex_);
  return reserved_;
}

std::size_t MemoryPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

std::optional<Reservation> MemoryPool::TryReserve(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (!waiters_.empty() || bytes > capacity_ - reserved_) return std::nullopt;
    reserved_ += bytes;
  }
  return Reservation(shared_from_this(), bytes);
}

MemoryPool::Ticket MemoryPool::Wait(std::size_t bytes, Granted granted) {
  Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = next_ticket_++;
    waiters_.push_back({ticket, bytes, std::move(granted)});
  }
  Return(0);  // it may be free since the caller last looked
  return ticket;
}

bool MemoryPool::Cancel(Ticket ticket) {
  std::size_t removed = 0;
  {
    const std::lock_guard lock(mutex_);
    removed = std::erase_if(waiters_, [&](const Waiter& one) { return one.ticket == ticket; });
  }
  if (removed > 0) Return(0);  // those behind it may fit
  return removed > 0;
}

std::optional<Reservation> MemoryPool::ReserveWithin(std::size_t bytes,
                                                     std::chrono::milliseconds limit) {
  if (auto now = TryReserve(bytes)) return now;
  if (bytes > capacity_) return std::nullopt;
  const auto promise = std::make_shared<std::promise<std::shared_ptr<Reservation>>>();
  auto granted = promise->get_future();
  const Ticket ticket = Wait(bytes, [promise](std::shared_ptr<Reservation> reservation) {
    promise->set_value(std::move(reservation));
  });
  if (granted.wait_for(limit) != std::future_status::ready && Cancel(ticket)) return std::nullopt;
  return std::move(*granted.get());
}

void MemoryPool::Return(std::size_t bytes) {
  std::deque<Waiter> servable;
  {
    const std::lock_guard lock(mutex_);
    reserved_ -= bytes;
    servable = TakeServable();
  }
  // Outside the lock, for `granted` may reserve or release again.
  for (Waiter& waiter : servable) {
    waiter.granted(std::make_shared<Reservation>(shared_from_this(), waiter.bytes));
  }
}

std::deque<MemoryPool::Waiter> MemoryPool::TakeServable() {
  std::deque<Waiter> servable;
  while (!waiters_.empty() && waiters_.front().bytes <= capacity_ - reserved_) {
    reserved_ += waiters_.front().bytes;
    servable.push_back(std::move(waiters_.front()));
    waiters_.pop_front();
  }
  return servable;
}

}  // namespace glyphd::serving
