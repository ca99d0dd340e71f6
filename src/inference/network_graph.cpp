#include "inference/network_graph.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/max_pool.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/softmax.hpp>

#include "ink/glyph_image.h"

namespace glyphd {
namespace {

namespace op = ov::op;
using Node = ov::Output<ov::Node>;

template <typename Operation, typename... Arguments>
Node Make(Arguments&&... arguments) {
  return std::make_shared<Operation>(std::forward<Arguments>(arguments)...)->output(0);
}

Node Constant(const ov::Shape& shape, const std::vector<float>& values) {
  return Make<op::v0::Constant>(ov::element::f32, shape, values);
}

// 0 keeps the batch as it is, whatever its size.
Node Reshape(const Node& input, const std::vector<std::int64_t>& shape) {
  return Make<op::v1::Reshape>(
      input, Make<op::v0::Constant>(ov::element::i64, ov::Shape{shape.size()}, shape), true);
}

class GraphBuilder {
 public:
  explicit GraphBuilder(const ModelFolder& model) : model_(model) {}

  Node Add(const LayerSpec& layer, const Node& input) const {
    switch (layer.kind) {
      case LayerKind::kConvolution:
        return Activate(layer, AddConvolution(layer, input));
      case LayerKind::kMaxPool:
        return AddMaxPool(layer, input);
      case LayerKind::kDense:
        return Activate(layer, AddDense(layer, input));
    }
    AbortBecause("a layer kind without a graph");
  }

 private:
  Node AddConvolution(const LayerSpec& layer, const Node& input) const {
    const auto stride = static_cast<std::size_t>(layer.stride);
    const ov::CoordinateDiff padding(2, layer.padding);
    const Node maps = Make<op::v1::Convolution>(input, Weight(layer), ov::Strides{stride, stride},
                                                padding, padding, ov::Strides{1, 1});
    return Make<op::v1::Add>(maps, Bias(layer, {1, Outputs(layer), 1, 1}));
  }
  static Node AddMaxPool(const LayerSpec& layer, const Node& input) {
    const auto side = static_cast<std::size_t>(layer.kernel);
    return Make<op::v1::MaxPool>(input, ov::Strides{side, side}, ov::Shape{0, 0}, ov::Shape{0, 0},
                                 ov::Shape{side, side}, op::RoundingType::FLOOR);
  }
  Node AddDense(const LayerSpec& layer, const Node& input) const {
    const Node product = Make<op::v0::MatMul>(Reshape(input, {0, -1}), Weight(layer), false, true);
    return Make<op::v1::Add>(product, Bias(layer, {1, Outputs(layer)}));
  }
  static Node Activate(const LayerSpec& layer, const Node& input) {
    return layer.activation == Activation::kRelu ? Make<op::v0::Relu>(input) : input;
  }
  static std::size_t Outputs(const LayerSpec& layer) {
    return static_cast<std::size_t>(layer.outputs);
  }
  Node Weight(const LayerSpec& layer) const {
    const Tensor& tensor = model_.tensors.at(layer.name + ".weight");
    return Constant(ov::Shape(tensor.shape.begin(), tensor.shape.end()), tensor.values);
  }
  Node Bias(const LayerSpec& layer, const ov::Shape& shape) const {
    return Constant(shape, model_.tensors.at(layer.name + ".bias").values);
  }

  const ModelFolder& model_;
};

Node Scale(const Node& input, double factor) {
  return Make<op::v1::Multiply>(input, Constant({}, {static_cast<float>(factor)}));
}

}  // namespace

std::shared_ptr<ov::Model> BuildNetworkGraph(const ModelFolder& model, ov::Dimension batch) {
  const auto glyphs =
      std::make_shared<op::v0::Parameter>(ov::element::u8, ov::PartialShape{batch, kGlyphPixels});
  Node node = Make<op::v0::Convert>(glyphs, ov::element::f32);
  node = Reshape(Scale(node, 1.0 / 255.0), {0, 1, kGlyphSide, kGlyphSide});
  const GraphBuilder builder(model);
  for (const LayerSpec& layer : model.layers) node = builder.Add(layer, node);
  node = Make<op::v8::Softmax>(Scale(node, 1.0 / model.temperature), 1);
  return std::make_shared<ov::Model>(ov::OutputVector{Make<op::v0::Result>(node)},
                                     ov::ParameterVector{glyphs}, model.name);
}

}  // namespace glyphd
