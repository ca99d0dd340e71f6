#include "inference/classifier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <utility>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "inference/network_graph.h"
#include "model/network_shape.h"

namespace glyphd {
namespace {

// A group is read in calls of these sizes, the largest that fits first. Fixed sizes, because an
// input whose size changes from call to call costs the engine about 120 µs at each change.
// Measured with the network of the shipped model's size, microseconds of CPU a glyph:
//
//   glyphs in the group       1     2     4     8    16    any of 1–16 in turn
//   one dynamic graph       108    91    84    81    80    95
//   fixed 1, 4, 16          100   100    83    83    78    85
//   fixed 1, 2, 4, 8, 16    100    87    83    80    78    82
//
// The last row costs two more graphs of 20 ms and their memory for every concurrent call.
constexpr std::array<std::size_t, 3> kCallSizes = {16, 4, 1};

// One graph of one fixed batch with tensors of its own. Only one thread at a time may use it.
class FixedBatchGraph {
 public:
  FixedBatchGraph(ov::Core& core, const ModelFolder& model, std::size_t batch)
      : request_(Compile(core, model, batch).create_infer_request()),
        input_(request_.get_input_tensor()),
        output_(request_.get_output_tensor()) {
    std::memset(input_.data(), 0, input_.get_byte_size());
    request_.infer();  // the first call builds kernels: not while somebody waits for an answer
  }

  // Copying 784 bytes a glyph is cheaper than handing the engine another tensor.
  void Run(const GlyphImage* glyphs, float* probabilities) {
    std::memcpy(input_.data(), glyphs, input_.get_byte_size());
    request_.infer();
    std::memcpy(probabilities, output_.data(), output_.get_byte_size());
  }

 private:
  static ov::CompiledModel Compile(ov::Core& core, const ModelFolder& model, std::size_t batch) {
    // float32, since the default of newer processors (bfloat16) moves probabilities by 0.004.
    // Not pinned: every copy would be pinned to the same core.
    return core.compile_model(BuildNetworkGraph(model, static_cast<std::int64_t>(batch)), "CPU",
                              ov::hint::inference_precision(ov::element::f32),
                              ov::inference_num_threads(1), ov::num_streams(1),
                              ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
                              ov::hint::enable_cpu_pinning(false));
  }

  ov::InferRequest request_;
  ov::Tensor input_;
  ov::Tensor output_;
};

// What one call needs: a graph for each call size.
class Engine {
 public:
  Engine(ov::Core& core, const ModelFolder& model) : labels_(model.labels.size()) {
    graphs_.reserve(kCallSizes.size());
    for (const std::size_t size : kCallSizes) graphs_.emplace_back(core, model, size);
  }

  void Run(std::span<const GlyphImage> glyphs, float* probabilities) {
    for (std::size_t i = 0; i < kCallSizes.size(); ++i) {
      while (glyphs.size() >= kCallSizes[i]) {
        graphs_[i].Run(glyphs.data(), probabilities);
        glyphs = glyphs.subspan(kCallSizes[i]);
        probabilities += kCallSizes[i] * labels_;
      }
    }
  }

 private:
  std::size_t labels_;
  std::vector<FixedBatchGraph> graphs_;  // in the order of kCallSizes
};

// Engines for as many calls at once; a further call waits for the first that is given back.
class EnginePool {
 public:
  class Lease {
   public:
    explicit Lease(EnginePool& pool) : pool_(pool), engine_(pool.Take()) {}
    ~Lease() { pool_.GiveBack(engine_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Engine* operator->() const { return engine_; }

   private:
    EnginePool& pool_;
    Engine* engine_;
  };

  EnginePool(ov::Core& core, const ModelFolder& model, int count) {
    for (int i = 0; i < count; ++i) {
      engines_.push_back(std::make_unique<Engine>(core, model));
      free_.push_back(engines_.back().get());
    }
  }

 private:
  Engine* Take() {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [this] { return !free_.empty(); });
    // The one used last: its weights may still be in the processor's cache.
    Engine* engine = free_.back();
    free_.pop_back();
    return engine;
  }
  void GiveBack(Engine* engine) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(engine);
    }
    given_back_.notify_one();
  }

  std::vector<std::unique_ptr<Engine>> engines_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Engine*> free_;  // guarded by mutex_
};

class OpenVinoClassifier : public Classifier {
 public:
  OpenVinoClassifier(const ModelFolder& model, int concurrent_calls)
      : name_(model.name),
        version_(model.version),
        labels_(model.labels),
        engines_(core_, model, concurrent_calls) {}

  const std::string& name() const override { return name_; }
  const std::string& version() const override { return version_; }
  const std::vector<std::string>& labels() const override { return labels_; }

  Status Classify(std::span<const GlyphImage> glyphs,
                  std::span<float> probabilities) const override {
    if (probabilities.size() != glyphs.size() * labels_.size()) {
      AbortBecause("Classify() needs room for one probability per label and glyph");
    }
    if (glyphs.empty()) return {};
    try {
      EnginePool::Lease(engines_)->Run(glyphs, probabilities.data());
    } catch (const std::exception& failure) {
      return Unavailable(std::string("the inference engine failed: ") + failure.what());
    }
    return CheckFinite(probabilities);
  }

 private:
  // Weights that are finite but huge can still overflow on the way.
  Status CheckFinite(std::span<const float> probabilities) const {
    if (std::ranges::all_of(probabilities, [](float p) { return std::isfinite(p); })) return {};
    return Corrupt("model " + name_ + " " + version_ +
                   " gives no finite probabilities: its weights overflow; use another model");
  }

  std::string name_;
  std::string version_;
  std::vector<std::string> labels_;
  ov::Core core_;  // before the engines, which need its plugin until they end
  mutable EnginePool engines_;
};

}  // namespace

Result<std::shared_ptr<const Classifier>> OpenClassifier(const ModelFolder& model,
                                                         const ClassifierOptions& options) {
  if (Status sound = CheckModel(model); !sound) {
    return Corrupt("model " + model.name + ": " + sound.error().message);
  }
  const int concurrent_calls = std::max(1, options.concurrent_calls);
  try {
    return std::shared_ptr<const Classifier>(
        std::make_shared<OpenVinoClassifier>(model, concurrent_calls));
  } catch (const std::exception& failure) {
    return Unavailable("the inference engine cannot load model " + model.name + ": " +
                       failure.what());
  }
}

}  // namespace glyphd
