#include "training/forward_network.h"

#include <algorithm>
#include <string>

#include "training/dnnl_device.h"

namespace glyphd {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

dnnl::primitive_attr ActivationAfter(const LayerSpec& spec) {
  dnnl::primitive_attr attributes;
  if (spec.activation == Activation::kNone) return attributes;
  dnnl::post_ops after;
  after.append_eltwise(algorithm::eltwise_relu, 0.0F, 0.0F);
  attributes.set_post_ops(after);
  return attributes;
}

struct Step {
  Transfer input;
  dnnl::primitive primitive;
  DnnlArguments arguments;
  memory output;
};

struct LoadedTensor {
  std::string name;
  Transfer transfer;  // from the plain order to what the primitive wants
};

class DnnlForwardNetwork final : public ForwardNetwork {
 public:
  DnnlForwardNetwork(const NetworkPlan& plan, int batch)
      : plan_(plan),
        batch_(static_cast<std::size_t>(batch)),
        input_(PlainFormat({batch, 1, plan.input_height, plan.input_width}), device_.engine) {
    const ParameterLayout layout = LayOut(plan);
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
      Append(plan.layers[i].spec, layout.layers[i]);
    }
    logits_ = Transfer::Into(device_, steps_.back().output, PlainFormat({batch, plan.classes()}));
  }

  Status Load(const Parameters& parameters) override {
    const std::map<std::string, Tensor> tensors = FoldedTensors(plan_, parameters);
    return CatchLibraryErrors("load weights", [&] {
      for (LoadedTensor& loaded : tensors_) {
        const std::vector<float>& values = tensors.at(loaded.name).values;
        std::copy(values.begin(), values.end(), Floats(loaded.transfer.source()));
        loaded.transfer.Run(device_);
      }
      device_.stream.wait();
    });
  }

  Result<std::vector<float>> Logits(std::span<const GlyphImage> images) override {
    std::vector<float> logits;
    Status status = CatchLibraryErrors("run the model", [&] {
      for (std::size_t first = 0; first < images.size(); first += batch_) {
        RunBatch(images.subspan(first, std::min(batch_, images.size() - first)), logits);
      }
    });
    if (!status) return std::move(status).error();
    return logits;
  }

 private:
  static float* Floats(const memory& plain) { return static_cast<float*>(plain.get_data_handle()); }

  memory Last() const { return steps_.empty() ? input_ : steps_.back().output; }

  void Append(const LayerSpec& spec, const LayerLayout& layout) {
    switch (spec.kind) {
      case LayerKind::kConvolution:
        return AppendConvolution(spec, layout);
      case LayerKind::kMaxPool:
        return AppendMaxPool(spec, layout);
      case LayerKind::kDense:
        return AppendDense(spec, layout);
    }
    AbortBecause("a layer of an unknown kind");
  }

  void AppendConvolution(const LayerSpec& spec, const LayerLayout& layout) {
    const memory::dims strides = {spec.stride, spec.stride};
    const memory::dims padding = {spec.padding, spec.padding};
    const dnnl::convolution_forward::primitive_desc description(
        device_.engine, prop_kind::forward_inference, algorithm::convolution_direct,
        AnyFormat(BatchOf(Batch(), layout.input)), AnyFormat(WeightDims(spec, layout.input)),
        AnyFormat({spec.outputs}), AnyFormat(BatchOf(Batch(), layout.output)), strides, padding,
        padding, ActivationAfter(spec));
    AppendWeighted(spec, layout, description, dnnl::convolution_forward(description));
  }

  void AppendDense(const LayerSpec& spec, const LayerLayout& layout) {
    const dnnl::inner_product_forward::primitive_desc description(
        device_.engine, prop_kind::forward_inference, AnyFormat(Last().get_desc().get_dims()),
        AnyFormat(DenseDims(spec, layout)), AnyFormat({spec.outputs}),
        AnyFormat({Batch(), spec.outputs}), ActivationAfter(spec));
    AppendWeighted(spec, layout, description, dnnl::inner_product_forward(description));
  }

  template <typename Description>
  void AppendWeighted(const LayerSpec& spec, const LayerLayout& layout,
                      const Description& description, const dnnl::primitive& primitive) {
    const memory::dims dims =
        spec.kind == LayerKind::kDense ? DenseDims(spec, layout) : WeightDims(spec, layout.input);
    const memory weight = AddTensor(spec.name + ".weight", dims, description.weights_desc());
    const memory bias = AddTensor(spec.name + ".bias", {spec.outputs}, description.bias_desc());
    const Transfer input = Transfer::Into(device_, Last(), description.src_desc());
    const memory output(description.dst_desc(), device_.engine);
    steps_.push_back({input,
                      primitive,
                      {{DNNL_ARG_SRC, input.target()},
                       {DNNL_ARG_WEIGHTS, weight},
                       {DNNL_ARG_BIAS, bias},
                       {DNNL_ARG_DST, output}},
                      output});
  }

  void AppendMaxPool(const LayerSpec& spec, const LayerLayout& layout) {
    const memory::dims window = {spec.kernel, spec.kernel};
    const memory::dims padding = {spec.padding, spec.padding};
    const memory input = Last();
    const dnnl::pooling_forward::primitive_desc description(
        device_.engine, prop_kind::forward_inference, algorithm::pooling_max, input.get_desc(),
        AnyFormat(BatchOf(Batch(), layout.output)), window, window, {0, 0}, padding, padding);
    const memory output(description.dst_desc(), device_.engine);
    steps_.push_back({Transfer::Into(device_, input, input.get_desc()),
                      dnnl::pooling_forward(description),
                      {{DNNL_ARG_SRC, input}, {DNNL_ARG_DST, output}},
                      output});
  }

  int Batch() const { return static_cast<int>(batch_); }

  // After another dense layer the input is a vector, not a picture.
  memory::dims DenseDims(const LayerSpec& spec, const LayerLayout& layout) const {
    if (Last().get_desc().get_dims().size() == 2) return {spec.outputs, layout.input.channels};
    return WeightDims(spec, layout.input);
  }

  memory AddTensor(const std::string& name, const memory::dims& dims, const memory::desc& wanted) {
    const memory plain(PlainFormat(dims), device_.engine);
    tensors_.push_back({name, Transfer::Into(device_, plain, wanted)});
    return tensors_.back().transfer.target();
  }

  void RunBatch(std::span<const GlyphImage> images, std::vector<float>& logits) {
    float* input = Floats(input_);
    for (const GlyphImage& image : images) {
      input = std::transform(image.begin(), image.end(), input,
                             [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
    }
    for (Step& step : steps_) {
      step.input.Run(device_);
      step.primitive.execute(device_.stream, step.arguments);
    }
    logits_.Run(device_);
    device_.stream.wait();
    const float* row = Floats(logits_.target());
    logits.insert(logits.end(), row,
                  row + images.size() * static_cast<std::size_t>(plan_.classes()));
  }

  NetworkPlan plan_;
  DnnlDevice device_;
  std::size_t batch_;
  memory input_;
  std::vector<Step> steps_;
  std::vector<LoadedTensor> tensors_;
  Transfer logits_;
};

}  // namespace

Result<std::unique_ptr<ForwardNetwork>> ForwardNetwork::Create(const NetworkPlan& plan, int batch) {
  if (plan.input_height != kGlyphSide || plan.input_width != kGlyphSide) {
    AbortBecause("glyph images have one size only");
  }
  std::unique_ptr<ForwardNetwork> network;
  Status status = CatchLibraryErrors(
      "build the model", [&] { network = std::make_unique<DnnlForwardNetwork>(plan, batch); });
  if (!status) return std::move(status).error();
  return network;
}

}  // namespace glyphd
