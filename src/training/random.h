// Random numbers that depend only on named keys, never on what was drawn before.
//
// Because every example of every epoch has a stream of its own, a run gives the same result
// with any split of the work over threads, and a resumed run needs no generator state.
//
// Threads   one object per thread; objects are cheap
// Source    Steele, Lea, Flood: Fast splittable pseudorandom number generators (SplitMix64)

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace glyphd {

// What a stream is for, so that two uses with the same numbers never share one.
// The values belong to the recipe: changing one changes every trained model.
enum class RandomUse : std::uint64_t {
  kInitialWeights = 1,
  kValidationSplit = 2,
  kExampleOrder = 3,
  kAugmentation = 4,
  kDropout = 5,
};

class KeyedRandom {
 public:
  KeyedRandom(RandomUse use, std::initializer_list<std::uint64_t> keys);

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    return Mix(state_);
  }
  float Uniform() { return static_cast<float>(Next() >> 40) * 0x1.0p-24F; }  // [0, 1)
  float Uniform(float low, float high) { return low + (high - low) * Uniform(); }
  float Normal();                        // mean 0, variance 1
  std::size_t Below(std::size_t count);  // 0 … count - 1; count > 0

 private:
  static std::uint64_t Mix(std::uint64_t bits);

  std::uint64_t state_ = 0;
};

// The numbers 0 … count - 1 in random order.
std::vector<std::size_t> Shuffled(std::size_t count, KeyedRandom random);

}  // namespace glyphd
