#include "training/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace glyphd {

KeyedRandom::KeyedRandom(RandomUse use, std::initializer_list<std::uint64_t> keys)
    : state_(Mix(static_cast<std::uint64_t>(use))) {
  for (const std::uint64_t key : keys) state_ = Mix(state_ ^ Mix(key + 0x9E3779B97F4A7C15u));
}

std::uint64_t KeyedRandom::Mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 31);
}

float KeyedRandom::Normal() {
  // Box–Muller; 1 - u keeps the logarithm away from zero.
  const float radius = std::sqrt(-2.0F * std::log(1.0F - Uniform()));
  return radius * std::cos(2.0F * std::numbers::pi_v<float> * Uniform());
}

std::size_t KeyedRandom::Below(std::size_t count) {
  // The bias of the remainder is below 2^-40 for any data set that fits in memory.
  return static_cast<std::size_t>(Next() % count);
}

std::vector<std::size_t> Shuffled(std::size_t count, KeyedRandom random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t left = count; left > 1; --left) {
    std::swap(order[left - 1], order[random.Below(left)]);
  }
  return order;
}

}  // namespace glyphd
