#include "model/model_card.h"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "model/network_shape.h"

namespace glyphd {
namespace {

// A cell stays one cell whatever the text holds.
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|')
      cell += "\\|";
    else if (c == '\n')
      cell += "<br>";
    else if (c != '\r')
      cell += c;
  }
  return cell;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + Cell(cell) + " |";
  return row + "\n";
}

std::string TableHead(const std::vector<std::string>& titles) {
  std::string head = Row(titles) + "|";
  for (std::size_t i = 0; i < titles.size(); ++i) head += "---|";
  return head + "\n";
}

std::string Readable(const std::string& key) {
  std::string text = key;
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string Figure(double value) {
  std::array<char, 32> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::general, 6);
  return {buffer.data(), end};
}

std::string Joined(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "" : ", ") + label;
  return text;
}

std::string ShapeText(const MapShape& shape) {
  return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
         std::to_string(shape.width);
}

std::string LayerText(const LayerSpec& layer) {
  const std::string side = std::to_string(layer.kernel);
  const std::string window = side + " x " + side;
  const std::string relu = layer.activation == Activation::kRelu ? ", ReLU" : "";
  switch (layer.kind) {
    case LayerKind::kConvolution:
      return "convolution " + window + ", stride " + std::to_string(layer.stride) + ", padding " +
             std::to_string(layer.padding) + relu;
    case LayerKind::kMaxPool:
      return "max pooling " + window;
    case LayerKind::kDense:
      return "dense" + relu;
  }
  AbortBecause("a layer kind has no description");
}

std::string IdentitySection(const ModelFolder& model, const std::string& weights_sha256) {
  return "# Model " + model.name + " " + model.version + "\n\n" + TableHead({"", ""}) +
         Row({"Reads", "single handwritten marks, one at a time"}) +
         Row({"Labels", Joined(model.labels)}) +
         Row({"Parameters", std::to_string(CountParameters(model))}) +
         Row({"Weights", "`weights.safetensors`, float32"}) +
         Row({"SHA-256", "`" + weights_sha256 + "`"}) +
         Row({"Temperature", Figure(model.temperature)}) + "\n";
}

std::string InputSection() {
  return "## Input\n\n"
         "28 x 28 grey pixels, row by row from the top, white ink on black, each byte divided by "
         "255. The ink is scaled into a 20 x 20 box with its aspect kept and anti-aliasing, and "
         "its centre of mass is put in the middle of the 28 x 28.\n\n"
         "The network gives one logit per label; divided by the temperature, their softmax is "
         "the answer. It answers for anything: a mark that is none of its labels gets one all "
         "the same, usually with a low probability.\n\n";
}

std::string FiguresSection(const ModelFolder& model) {
  if (model.figures.empty()) return "";
  std::string text = "## Figures\n\n" + TableHead({"Figure", "Value"});
  for (const auto& [key, value] : model.figures) text += Row({Readable(key), Figure(value)});
  return text + "\n";
}

std::string ReadingsSection(const ModelFolder& model) {
  std::string text = "## Readings of the test set\n\n";
  if (model.test_readings.empty()) return text + "None: the test set has not been looked at.\n\n";
  text += "Each look at the test set, so that a figure picked from many can be told.\n\n" +
          TableHead({"When", "Why", "Accuracy"});
  for (const TestReading& reading : model.test_readings) {
    text += Row({reading.when, reading.why, Figure(reading.accuracy)});
  }
  return text + "\n";
}

std::string OriginSection(const ModelFolder& model) {
  if (model.card.empty()) return "";
  std::string text = "## Where it comes from\n\n" + TableHead({"", ""});
  for (const auto& [topic, value] : model.card) text += Row({Readable(topic), value});
  return text + "\n";
}

std::string NetworkSection(const ModelFolder& model) {
  const Result<std::vector<PlannedLayer>> plan = PlanNetwork(model.layers);
  if (!plan) return "";
  std::string text = "## Network\n\n" + TableHead({"Layer", "What", "Gives"});
  for (std::size_t i = 0; i < plan->size(); ++i) {
    const LayerSpec& layer = model.layers[i];
    text += Row({layer.name, LayerText(layer), ShapeText((*plan)[i].output)});
  }
  return text;
}

}  // namespace

std::string RenderModelCard(const ModelFolder& model, const std::string& weights_sha256) {
  return IdentitySection(model, weights_sha256) + FiguresSection(model) + ReadingsSection(model) +
         OriginSection(model) + InputSection() + NetworkSection(model);
}

}  // namespace glyphd
