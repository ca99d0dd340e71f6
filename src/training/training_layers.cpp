#include "training/training_layers.h"

#include <utility>
#include <vector>

#include "training/random.h"

namespace glyphd {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

memory::desc AnyLike(const memory& plain) { return AnyFormat(plain.get_desc().get_dims()); }

// An empty description is how oneDNN is told that there is no bias.
memory::desc AnyLikeOrNone(const memory& plain) { return plain ? AnyLike(plain) : memory::desc(); }

memory::dims Square(int side) { return {side, side}; }

int BatchSize(const memory& input) { return static_cast<int>(input.get_desc().get_dims().front()); }

// What oneDNN is asked for by a convolution: forward, and backward towards either side.
struct ConvolutionPrimitives {
  using Forward = dnnl::convolution_forward;
  using BackwardWeights = dnnl::convolution_backward_weights;
  using BackwardData = dnnl::convolution_backward_data;

  Forward::primitive_desc DescribeForward(const DnnlDevice& device, const memory& input,
                                          const PlainWeights& weights) const {
    return {device.engine,
            prop_kind::forward_training,
            algorithm::convolution_direct,
            AnyLike(input),
            AnyLike(weights.weight),
            AnyLikeOrNone(weights.bias),
            AnyFormat(output),
            strides,
            padding,
            padding};
  }
  BackwardWeights::primitive_desc DescribeBackwardWeights(
      const DnnlDevice& device, const memory& input, const PlainWeights& weights,
      const Forward::primitive_desc& forward) const {
    return {device.engine,
            algorithm::convolution_direct,
            AnyLike(input),
            AnyLike(weights.weight),
            AnyLikeOrNone(weights.bias),
            AnyFormat(output),
            strides,
            padding,
            padding,
            forward};
  }
  BackwardData::primitive_desc DescribeBackwardData(const DnnlDevice& device, const memory& input,
                                                    const PlainWeights& weights,
                                                    const Forward::primitive_desc& forward) const {
    return {device.engine,
            algorithm::convolution_direct,
            AnyLike(input),
            AnyLike(weights.weight),
            AnyFormat(output),
            strides,
            padding,
            padding,
            forward};
  }

  memory::dims output, strides, padding;
};

struct DensePrimitives {
  using Forward = dnnl::inner_product_forward;
  using BackwardWeights = dnnl::inner_product_backward_weights;
  using BackwardData = dnnl::inner_product_backward_data;

  Forward::primitive_desc DescribeForward(const DnnlDevice& device, const memory& input,
                                          const PlainWeights& weights) const {
    return {device.engine,           prop_kind::forward_training, AnyLike(input),
            AnyLike(weights.weight), AnyLikeOrNone(weights.bias), AnyFormat(output)};
  }
  BackwardWeights::primitive_desc DescribeBackwardWeights(
      const DnnlDevice& device, const memory& input, const PlainWeights& weights,
      const Forward::primitive_desc& forward) const {
    return {device.engine,     AnyLike(input), AnyLike(weights.weight), AnyLikeOrNone(weights.bias),
            AnyFormat(output), forward};
  }
  BackwardData::primitive_desc DescribeBackwardData(const DnnlDevice& device, const memory& input,
                                                    const PlainWeights& weights,
                                                    const Forward::primitive_desc& forward) const {
    return {device.engine, AnyLike(input), AnyLike(weights.weight), AnyFormat(output), forward};
  }

  memory::dims output;
};

template <typename Primitives>
class WeightedLayer final : public TrainingLayer {
 public:
  WeightedLayer(const DnnlDevice& device, const memory& input, const PlainWeights& weights,
                Primitives primitives)
      : device_(device),
        weights_(weights),
        primitives_(std::move(primitives)),
        description_(primitives_.DescribeForward(device, input, weights)),
        input_(Transfer::Into(device, input, description_.src_desc())),
        weight_(Transfer::Into(device, weights.weight, description_.weights_desc())),
        forward_(description_) {
    output_ = memory(description_.dst_desc(), device.engine);
    forward_arguments_ = {{DNNL_ARG_SRC, input_.target()},
                          {DNNL_ARG_WEIGHTS, weight_.target()},
                          {DNNL_ARG_DST, output_}};
    if (weights.bias) forward_arguments_[DNNL_ARG_BIAS] = weights.bias;
  }

  void PrepareBackward(const memory& output_gradient, bool wants_input_gradient) override {
    PrepareWeightGradient(output_gradient);
    if (wants_input_gradient) PrepareInputGradient(output_gradient);
  }

  void Forward() override {
    input_.Run(device_);
    weight_.Run(device_);
    forward_.execute(device_.stream, forward_arguments_);
  }

  void Backward() override {
    gradient_for_weights_.Run(device_);
    input_for_weights_.Run(device_);
    backward_weights_.execute(device_.stream, weights_arguments_);
    weight_gradient_.Run(device_);
    if (!input_gradient_) return;
    gradient_for_data_.Run(device_);
    weight_for_data_.Run(device_);
    backward_data_.execute(device_.stream, data_arguments_);
  }

 private:
  void PrepareWeightGradient(const memory& output_gradient) {
    const auto description =
        primitives_.DescribeBackwardWeights(device_, input_.source(), weights_, description_);
    gradient_for_weights_ = Transfer::Into(device_, output_gradient, description.diff_dst_desc());
    input_for_weights_ = Transfer::Into(device_, input_.target(), description.src_desc());
    weight_gradient_ =
        Transfer::OutOf(device_, description.diff_weights_desc(), weights_.weight_gradient);
    backward_weights_ = typename Primitives::BackwardWeights(description);
    weights_arguments_ = {{DNNL_ARG_SRC, input_for_weights_.target()},
                          {DNNL_ARG_DIFF_DST, gradient_for_weights_.target()},
                          {DNNL_ARG_DIFF_WEIGHTS, weight_gradient_.source()}};
    if (weights_.bias) weights_arguments_[DNNL_ARG_DIFF_BIAS] = weights_.bias_gradient;
  }

  void PrepareInputGradient(const memory& output_gradient) {
    const auto description =
        primitives_.DescribeBackwardData(device_, input_.source(), weights_, description_);
    gradient_for_data_ = Transfer::Into(device_, output_gradient, description.diff_dst_desc());
    weight_for_data_ = Transfer::Into(device_, weights_.weight, description.weights_desc());
    input_gradient_ = memory(description.diff_src_desc(), device_.engine);
    backward_data_ = typename Primitives::BackwardData(description);
    data_arguments_ = {{DNNL_ARG_DIFF_DST, gradient_for_data_.target()},
                       {DNNL_ARG_WEIGHTS, weight_for_data_.target()},
                       {DNNL_ARG_DIFF_SRC, input_gradient_}};
  }

  const DnnlDevice& device_;
  PlainWeights weights_;
  Primitives primitives_;
  typename Primitives::Forward::primitive_desc description_;
  Transfer input_, weight_;
  dnnl::primitive forward_;
  DnnlArguments forward_arguments_;

  Transfer gradient_for_weights_, input_for_weights_, weight_gradient_;
  dnnl::primitive backward_weights_;
  DnnlArguments weights_arguments_;

  Transfer gradient_for_data_, weight_for_data_;
  dnnl::primitive backward_data_;
  DnnlArguments data_arguments_;
};

class MaxPool final : public TrainingLayer {
 public:
  MaxPool(const DnnlDevice& device, const memory& input, const LayerSpec& spec,
          const LayerLayout& layout)
      : device_(device),
        plain_input_(input),
        window_(Square(spec.kernel)),
        padding_(Square(spec.padding)),
        description_(device.engine, prop_kind::forward_training, algorithm::pooling_max,
                     input.get_desc(), AnyFormat(BatchOf(BatchSize(input), layout.output)), window_,
                     window_, Square(0), padding_, padding_),
        forward_(description_),
        winners_(description_.workspace_desc(), device.engine) {
    output_ = memory(description_.dst_desc(), device.engine);
    forward_arguments_ = {
        {DNNL_ARG_SRC, input}, {DNNL_ARG_DST, output_}, {DNNL_ARG_WORKSPACE, winners_}};
  }

  void PrepareBackward(const memory& output_gradient, bool wants_input_gradient) override {
    if (!wants_input_gradient) return;
    // The winners were noted in the output's format, so the gradient must come in it too.
    output_gradient_ = Transfer::Into(device_, output_gradient, output_.get_desc());
    const dnnl::pooling_backward::primitive_desc description(
        device_.engine, algorithm::pooling_max, plain_input_.get_desc(), output_.get_desc(),
        window_, window_, Square(0), padding_, padding_, description_);
    input_gradient_ = memory(description.diff_src_desc(), device_.engine);
    backward_ = dnnl::pooling_backward(description);
    backward_arguments_ = {{DNNL_ARG_DIFF_DST, output_gradient_.target()},
                           {DNNL_ARG_DIFF_SRC, input_gradient_},
                           {DNNL_ARG_WORKSPACE, winners_}};
  }

  void Forward() override { forward_.execute(device_.stream, forward_arguments_); }

  void Backward() override {
    if (!input_gradient_) return;
    output_gradient_.Run(device_);
    backward_.execute(device_.stream, backward_arguments_);
  }

 private:
  const DnnlDevice& device_;
  memory plain_input_;
  memory::dims window_, padding_;
  dnnl::pooling_forward::primitive_desc description_;
  dnnl::pooling_forward forward_;
  memory winners_;
  DnnlArguments forward_arguments_;
  Transfer output_gradient_;
  dnnl::pooling_backward backward_;
  DnnlArguments backward_arguments_;
};

dnnl::normalization_flags NormalisationFlags(Activation activation) {
  const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
  if (activation == Activation::kNone) return flags;
  return flags | dnnl::normalization_flags::fuse_norm_relu;
}

class Normalisation final : public TrainingLayer {
 public:
  Normalisation(const DnnlDevice& device, const memory& input, Activation activation,
                const NormalisationWeights& weights)
      : device_(device),
        input_(input),
        flags_(NormalisationFlags(activation)),
        weights_(weights),
        description_(device.engine, prop_kind::forward_training, input.get_desc(), input.get_desc(),
                     kNormalisationEpsilon, flags_),
        forward_(description_),
        workspace_(description_.workspace_desc(), device.engine) {
    output_ = memory(description_.dst_desc(), device.engine);
    forward_arguments_ = {{DNNL_ARG_SRC, input},           {DNNL_ARG_DST, output_},
                          {DNNL_ARG_SCALE, weights.scale}, {DNNL_ARG_SHIFT, weights.shift},
                          {DNNL_ARG_MEAN, weights.mean},   {DNNL_ARG_VARIANCE, weights.variance}};
    if (activation == Activation::kRelu) forward_arguments_[DNNL_ARG_WORKSPACE] = workspace_;
  }

  void PrepareBackward(const memory& output_gradient, bool) override {
    output_gradient_ = Transfer::Into(device_, output_gradient, output_.get_desc());
    const dnnl::batch_normalization_backward::primitive_desc description(
        device_.engine, prop_kind::backward, input_.get_desc(), output_.get_desc(),
        input_.get_desc(), kNormalisationEpsilon, flags_, description_);
    input_gradient_ = memory(description.diff_src_desc(), device_.engine);
    backward_ = dnnl::batch_normalization_backward(description);
    backward_arguments_ = {{DNNL_ARG_SRC, input_},
                           {DNNL_ARG_MEAN, weights_.mean},
                           {DNNL_ARG_VARIANCE, weights_.variance},
                           {DNNL_ARG_SCALE, weights_.scale},
                           {DNNL_ARG_DIFF_DST, output_gradient_.target()},
                           {DNNL_ARG_DIFF_SRC, input_gradient_},
                           {DNNL_ARG_DIFF_SCALE, weights_.scale_gradient},
                           {DNNL_ARG_DIFF_SHIFT, weights_.shift_gradient}};
    if (forward_arguments_.contains(DNNL_ARG_WORKSPACE)) {
      backward_arguments_[DNNL_ARG_WORKSPACE] = workspace_;
    }
  }

  void Forward() override { forward_.execute(device_.stream, forward_arguments_); }

  void Backward() override {
    output_gradient_.Run(device_);
    backward_.execute(device_.stream, backward_arguments_);
  }

 private:
  const DnnlDevice& device_;
  memory input_;
  dnnl::normalization_flags flags_;
  NormalisationWeights weights_;
  dnnl::batch_normalization_forward::primitive_desc description_;
  dnnl::batch_normalization_forward forward_;
  memory workspace_;
  DnnlArguments forward_arguments_;
  Transfer output_gradient_;
  dnnl::batch_normalization_backward backward_;
  DnnlArguments backward_arguments_;
};

class Relu final : public TrainingLayer {
 public:
  Relu(const DnnlDevice& device, const memory& input)
      : device_(device),
        description_(device.engine, prop_kind::forward_training,
                     algorithm::eltwise_relu_use_dst_for_bwd, input.get_desc(), input.get_desc()),
        forward_(description_) {
    output_ = memory(description_.dst_desc(), device.engine);
    forward_arguments_ = {{DNNL_ARG_SRC, input}, {DNNL_ARG_DST, output_}};
  }

  void PrepareBackward(const memory& output_gradient, bool) override {
    output_gradient_ = Transfer::Into(device_, output_gradient, output_.get_desc());
    const dnnl::eltwise_backward::primitive_desc description(
        device_.engine, algorithm::eltwise_relu_use_dst_for_bwd, output_.get_desc(),
        output_.get_desc(), output_.get_desc(), description_);
    input_gradient_ = memory(description.diff_src_desc(), device_.engine);
    backward_ = dnnl::eltwise_backward(description);
    backward_arguments_ = {{DNNL_ARG_DST, output_},
                           {DNNL_ARG_DIFF_DST, output_gradient_.target()},
                           {DNNL_ARG_DIFF_SRC, input_gradient_}};
  }

  void Forward() override { forward_.execute(device_.stream, forward_arguments_); }

  void Backward() override {
    output_gradient_.Run(device_);
    backward_.execute(device_.stream, backward_arguments_);
  }

 private:
  const DnnlDevice& device_;
  dnnl::eltwise_forward::primitive_desc description_;
  dnnl::eltwise_forward forward_;
  DnnlArguments forward_arguments_;
  Transfer output_gradient_;
  dnnl::eltwise_backward backward_;
  DnnlArguments backward_arguments_;
};

// Works on the buffers as they lie: whatever the format, a number and its gradient share a place.
class Dropout final : public TrainingLayer {
 public:
  Dropout(const DnnlDevice& device, const memory& input, float share, std::uint64_t layer,
          const DropoutStep& step)
      : device_(device),
        input_(input),
        share_(share),
        layer_(layer),
        step_(step),
        factors_(input.get_desc().get_size() / sizeof(float)) {
    output_ = memory(input.get_desc(), device.engine);
  }

  void PrepareBackward(const memory& output_gradient, bool wants_input_gradient) override {
    if (!wants_input_gradient) return;
    output_gradient_ = Transfer::Into(device_, output_gradient, output_.get_desc());
    input_gradient_ = memory(output_.get_desc(), device_.engine);
  }

  void Forward() override {
    KeyedRandom random(RandomUse::kDropout, {step_.seed, step_.step, layer_});
    const float kept = 1.0F / (1.0F - share_);
    for (float& factor : factors_) factor = random.Uniform() < share_ ? 0.0F : kept;
    Multiply(input_, output_);
  }

  void Backward() override {
    if (!input_gradient_) return;
    output_gradient_.Run(device_);
    Multiply(output_gradient_.target(), input_gradient_);
  }

 private:
  void Multiply(const memory& from, const memory& to) const {
    dnnl::stream(device_.stream).wait();  // we read what the stream writes
    const float* source = static_cast<const float*>(from.get_data_handle());
    float* target = static_cast<float*>(to.get_data_handle());
    for (std::size_t i = 0; i < factors_.size(); ++i) target[i] = source[i] * factors_[i];
  }

  const DnnlDevice& device_;
  memory input_;
  float share_;
  std::uint64_t layer_;
  const DropoutStep& step_;
  std::vector<float> factors_;
  Transfer output_gradient_;
};

}  // namespace

std::unique_ptr<TrainingLayer> MakeConvolution(const DnnlDevice& device, const memory& input,
                                               const LayerSpec& spec, const LayerLayout& layout,
                                               const PlainWeights& weights) {
  ConvolutionPrimitives primitives{BatchOf(BatchSize(input), layout.output), Square(spec.stride),
                                   Square(spec.padding)};
  return std::make_unique<WeightedLayer<ConvolutionPrimitives>>(device, input, weights,
                                                                std::move(primitives));
}

std::unique_ptr<TrainingLayer> MakeDense(const DnnlDevice& device, const memory& input,
                                         const LayerSpec& spec, const PlainWeights& weights) {
  DensePrimitives primitives{{BatchSize(input), spec.outputs}};
  return std::make_unique<WeightedLayer<DensePrimitives>>(device, input, weights,
                                                          std::move(primitives));
}

std::unique_ptr<TrainingLayer> MakeMaxPool(const DnnlDevice& device, const memory& input,
                                           const LayerSpec& spec, const LayerLayout& layout) {
  return std::make_unique<MaxPool>(device, input, spec, layout);
}

std::unique_ptr<TrainingLayer> MakeNormalisation(const DnnlDevice& device, const memory& input,
                                                 Activation activation,
                                                 const NormalisationWeights& weights) {
  return std::make_unique<Normalisation>(device, input, activation, weights);
}

std::unique_ptr<TrainingLayer> MakeRelu(const DnnlDevice& device, const memory& input) {
  return std::make_unique<Relu>(device, input);
}

std::unique_ptr<TrainingLayer> MakeDropout(const DnnlDevice& device, const memory& input,
                                           float share, std::uint64_t layer,
                                           const DropoutStep& step) {
  return std::make_unique<Dropout>(device, input, share, layer, step);
}

}  // namespace glyphd
