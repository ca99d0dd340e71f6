// A share of the memory that all pictures in flight may hold together.
//
// Order     waiters are served in the order they came, so that a large one is never starved
// Threads   every function is safe from any thread; `granted` runs on the thread that released
// Lifetime  a reservation keeps its pool alive
// Why       one pool for bodies and one for decoding: bodies that wait to be decoded must never
//           hold the memory that decoding needs to go on

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace glyphd::serving {

class MemoryPool;

// Gives its bytes back when it goes.
class Reservation {
 public:
  Reservation() = default;
  Reservation(std::shared_ptr<MemoryPool> pool, std::size_t bytes)
      : pool_(std::move(pool)), bytes_(bytes) {}
  Reservation(Reservation&& other) noexcept
      : pool_(std::move(other.pool_)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation() { Release(); }

  std::size_t bytes() const { return bytes_; }
  void Release();

 private:
  std::shared_ptr<MemoryPool> pool_;
  std::size_t bytes_ = 0;
};

class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
 public:
  using Ticket = std::uint64_t;
  using Granted = std::function<void(std::shared_ptr<Reservation>)>;

  explicit MemoryPool(std::size_t capacity_bytes) : capacity_(capacity_bytes) {}

  std::size_t capacity() const { return capacity_; }
  std::size_t reserved() const;
  std::size_t waiting() const;

  std::optional<Reservation> TryReserve(std::size_t bytes);  // none: not now
  // Calls `granted` as soon as the bytes are free. Never, when they exceed the capacity.
  Ticket Wait(std::size_t bytes, Granted granted);
  bool Cancel(Ticket ticket);  // false: it was granted already
  // Blocks; none: not within the limit.
  std::optional<Reservation> ReserveWithin(std::size_t bytes, std::chrono::milliseconds limit);

 private:
  friend class Reservation;
  struct Waiter {
    Ticket ticket;
    std::size_t bytes;
    Granted granted;
  };

  void Return(std::size_t bytes);
  std::deque<Waiter> TakeServable();  // under mutex_

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::size_t reserved_ = 0;
  Ticket next_ticket_ = 1;
  std::deque<Waiter> waiters_;
};

}  // namespace glyphd::serving
