#include "training/training_network.h"

#include <vector>

#include <omp.h>

#include "training/training_layers.h"

namespace glyphd {
namespace {

using dnnl::memory;

class DnnlNetwork final : public TrainingNetwork {
 public:
  DnnlNetwork(const NetworkPlan& plan, int batch, std::uint64_t seed)
      : layout_(LayOut(plan)),
        weights_(layout_.weights),
        gradients_(layout_.weights),
        statistics_(layout_.statistics),
        input_(PlainFormat({batch, 1, plan.input_height, plan.input_width}), device_.engine) {
    dropout_.seed = seed;
    for (std::size_t i = 0; i < plan.layers.size(); ++i) Append(plan.layers[i], i);
    logits_ =
        Transfer::Into(device_, layers_.back()->output(), PlainFormat({batch, plan.classes()}));
    logit_gradients_ = memory(PlainFormat({batch, plan.classes()}), device_.engine);
    PrepareBackward();
  }

  std::span<float> input() override { return Floats(input_); }
  std::span<float> weights() override { return weights_; }
  std::span<const float> logits() const override { return Floats(logits_.target()); }
  std::span<float> logit_gradients() override { return Floats(logit_gradients_); }
  std::span<const float> gradients() const override { return gradients_; }
  std::span<const float> batch_statistics() const override { return statistics_; }

  Status Forward(std::uint64_t step) override {
    dropout_.step = step;
    return CatchLibraryErrors("run the network", [this] {
      for (const auto& layer : layers_) layer->Forward();
      logits_.Run(device_);
      device_.stream.wait();
    });
  }

  Status Backward() override {
    return CatchLibraryErrors("find the gradients", [this] {
      for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) (*layer)->Backward();
      device_.stream.wait();
    });
  }

 private:
  static std::span<float> Floats(const memory& plain) {
    return {static_cast<float*>(plain.get_data_handle()),
            plain.get_desc().get_size() / sizeof(float)};
  }

  memory Last() const { return layers_.empty() ? input_ : layers_.back()->output(); }

  void Append(const PlannedLayer& planned, std::size_t index) {
    if (planned.dropout > 0) {
      layers_.push_back(MakeDropout(device_, Last(), planned.dropout, index, dropout_));
    }
    AppendMain(planned, layout_.layers[index]);
    if (planned.normalised) {
      layers_.push_back(MakeNormalisation(device_, Last(), planned.spec.activation,
                                          Normalisation(layout_.layers[index])));
    } else if (planned.spec.activation == Activation::kRelu) {
      layers_.push_back(MakeRelu(device_, Last()));
    }
  }

  void AppendMain(const PlannedLayer& planned, const LayerLayout& layout) {
    const LayerSpec& spec = planned.spec;
    switch (spec.kind) {
      case LayerKind::kConvolution:
        layers_.push_back(MakeConvolution(device_, Last(), spec, layout, Plain(planned, layout)));
        return;
      case LayerKind::kMaxPool:
        layers_.push_back(MakeMaxPool(device_, Last(), spec, layout));
        return;
      case LayerKind::kDense:
        layers_.push_back(MakeDense(device_, Last(), spec, Plain(planned, layout)));
        return;
    }
    AbortBecause("a layer of an unknown kind");
  }

  // A window on one of the flat vectors.
  memory View(std::vector<float>& values, const Block& block, const memory::dims& dims) const {
    return memory(PlainFormat(dims), device_.engine, values.data() + block.offset);
  }

  PlainWeights Plain(const PlannedLayer& planned, const LayerLayout& layout) {
    memory::dims dims = WeightDims(planned.spec, layout.input);
    // A dense layer takes whatever stands before it; after another dense layer that is a vector.
    if (Last().get_desc().get_dims().size() == 2) dims = {dims[0], dims[1]};
    PlainWeights plain;
    plain.weight = View(weights_, layout.weight, dims);
    plain.weight_gradient = View(gradients_, layout.weight, dims);
    // A normalised layer has no bias of its own: its `bias` is the shift after normalising.
    if (planned.normalised) return plain;
    plain.bias = View(weights_, layout.bias, {dims[0]});
    plain.bias_gradient = View(gradients_, layout.bias, {dims[0]});
    return plain;
  }

  NormalisationWeights Normalisation(const LayerLayout& layout) {
    const memory::dims dims = {layout.output.channels};
    return {View(weights_, layout.scale, dims),   View(weights_, layout.bias, dims),
            View(gradients_, layout.scale, dims), View(gradients_, layout.bias, dims),
            View(statistics_, layout.mean, dims), View(statistics_, layout.variance, dims)};
  }

  void PrepareBackward() {
    memory gradient = logit_gradients_;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      layers_[i]->PrepareBackward(gradient, i > 0);
      gradient = layers_[i]->input_gradient();
    }
  }

  DnnlDevice device_;
  ParameterLayout layout_;
  std::vector<float> weights_, gradients_, statistics_;
  DropoutStep dropout_;
  memory input_;
  std::vector<std::unique_ptr<TrainingLayer>> layers_;
  Transfer logits_;
  memory logit_gradients_;
};

}  // namespace

Result<std::unique_ptr<TrainingNetwork>> TrainingNetwork::Create(const NetworkPlan& plan, int batch,
                                                                 std::uint64_t seed) {
  std::unique_ptr<TrainingNetwork> network;
  Status status = CatchLibraryErrors(
      "build the network", [&] { network = std::make_unique<DnnlNetwork>(plan, batch, seed); });
  if (!status) return std::move(status).error();
  return network;
}

void SetTrainingThreads(int threads) { omp_set_num_threads(threads); }

std::string TrainingLibrary() {
  const dnnl_version_t* version = dnnl_version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

}  // namespace glyphd
