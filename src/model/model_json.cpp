#include "model/model_json.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/json.hpp>

namespace glyphd {
namespace {

namespace json = boost::json;

// All names and numbers here live on disk: docs/formats/model.md describes them.
constexpr std::int64_t kFormatVersion = 1;
constexpr std::string_view kWeightsFile = "weights.safetensors";

struct KindName {
  LayerKind kind;
  std::string_view name;
};
constexpr std::array kKindNames = {KindName{LayerKind::kConvolution, "convolution"},
                                   KindName{LayerKind::kMaxPool, "max_pool"},
                                   KindName{LayerKind::kDense, "dense"}};

std::string_view NameOfKind(LayerKind kind) {
  for (const KindName& entry : kKindNames) {
    if (entry.kind == kind) return entry.name;
  }
  AbortBecause("a layer kind has no name");
}

std::string Copy(const json::string& text) { return {text.data(), text.size()}; }
json::string_view JsonText(std::string_view text) { return {text.data(), text.size()}; }

// What ink/ does to a picture. Written so that other programs can feed the model, and compared
// on reading so that weights trained on other input are refused instead of answering nonsense.
json::object Preparation() {
  return {{"width", 28},      {"height", 28},
          {"channels", 1},    {"ink", "white on black"},
          {"box", 20},        {"centre", "centre of mass"},
          {"scale", "1/255"}, {"order", "row by row from the top"}};
}

// ---- writing

json::object DescribeLayer(const LayerSpec& layer) {
  json::object described{{"kind", JsonText(NameOfKind(layer.kind))}, {"name", layer.name}};
  if (layer.kind != LayerKind::kMaxPool) described["outputs"] = layer.outputs;
  if (layer.kind != LayerKind::kDense) described["kernel"] = layer.kernel;
  if (layer.kind == LayerKind::kConvolution) {
    described["stride"] = layer.stride;
    described["padding"] = layer.padding;
  }
  if (layer.kind != LayerKind::kMaxPool) {
    described["activation"] = layer.activation == Activation::kRelu ? "relu" : "none";
  }
  return described;
}

template <typename T>
json::object DescribeMap(const std::map<std::string, T>& entries) {
  json::object described;
  for (const auto& [key, value] : entries) described[key] = value;
  return described;
}

json::array DescribeReadings(const std::vector<TestReading>& readings) {
  json::array described;
  for (const TestReading& reading : readings) {
    described.push_back(
        json::object{{"when", reading.when}, {"why", reading.why}, {"accuracy", reading.accuracy}});
  }
  return described;
}

std::string NumberText(double number) {
  std::array<char, 32> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

// Boost.JSON writes one long line with numbers like 9.954E-1; people read and diff this file.
class PrettyPrinter {
 public:
  std::string Print(const json::value& value) {
    Write(value, 0);
    return std::move(text_) + "\n";
  }

 private:
  void Write(const json::value& value, std::size_t depth) {
    if (value.is_object() && !value.get_object().empty()) return WriteObject(value, depth);
    if (value.is_array() && !value.get_array().empty()) return WriteArray(value, depth);
    text_ += value.is_double() ? NumberText(value.get_double()) : json::serialize(value);
  }
  void WriteObject(const json::value& value, std::size_t depth) {
    char before = '{';
    for (const auto& [key, member] : value.get_object()) {
      StartLine(std::exchange(before, ','), depth + 1);
      text_ += json::serialize(json::value(key)) + ": ";
      Write(member, depth + 1);
    }
    EndBlock('}', depth);
  }
  void WriteArray(const json::value& value, std::size_t depth) {
    char before = '[';
    for (const json::value& item : value.get_array()) {
      StartLine(std::exchange(before, ','), depth + 1);
      Write(item, depth + 1);
    }
    EndBlock(']', depth);
  }
  void StartLine(char before, std::size_t depth) {
    text_ += before;
    text_ += '\n';
    text_.append(2 * depth, ' ');
  }
  void EndBlock(char bracket, std::size_t depth) {
    text_ += '\n';
    text_.append(2 * depth, ' ');
    text_ += bracket;
  }

  std::string text_;
};

// ---- reading

// Members of one object. The first thing wrong is kept and everything after it reads as empty,
// so that the readers below need no check after each member.
class Members {
 public:
  Members(json::value&&, std::string, std::optional<Error>&) = delete;  // it would dangle
  Members(const json::value& value, std::string where, std::optional<Error>& first_error)
      : where_(std::move(where)), first_error_(first_error) {
    if (value.is_object()) {
      object_ = &value.get_object();
    } else {
      Fail("is no object");
    }
  }

  std::string Text(const char* name) {
    const json::value* value = Find(name);
    if (value != nullptr && value->is_string()) return Copy(value->get_string());
    return Fail(std::string("'") + name + "' is missing or no text"), std::string();
  }
  double Number(const char* name) {
    const json::value* value = Find(name);
    if (value != nullptr && value->is_number()) return value->to_number<double>();
    return Fail(std::string("'") + name + "' is missing or no number"), 0.0;
  }
  int Whole(const char* name) {
    const json::value* value = Find(name);
    const bool fits = value != nullptr && value->is_int64() && value->get_int64() >= 0 &&
                      value->get_int64() <= 1'000'000;
    if (fits) return static_cast<int>(value->get_int64());
    return Fail(std::string("'") + name + "' is missing or no whole number in range"), 0;
  }
  // An empty one stands in for a member that is missing or of another type.
  const json::object& Object(const char* name) {
    static const json::object kEmpty;
    const json::value* value = Find(name);
    if (value != nullptr && value->is_object()) return value->get_object();
    return Fail(std::string("'") + name + "' is missing or no object"), kEmpty;
  }
  const json::array& Array(const char* name) {
    static const json::array kEmpty;
    const json::value* value = Find(name);
    if (value != nullptr && value->is_array()) return value->get_array();
    return Fail(std::string("'") + name + "' is missing or no list"), kEmpty;
  }
  Members Inside(const char* name) {
    static const json::value kNothing;
    const json::value* value = Find(name);
    return {value == nullptr ? kNothing : *value, "'" + std::string(name) + "'", first_error_};
  }
  void Fail(const std::string& what) {
    if (!first_error_) first_error_ = Corrupt(where_ + " " + what);
  }

 private:
  const json::value* Find(const char* name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }

  const json::object* object_ = nullptr;
  std::string where_;
  std::optional<Error>& first_error_;
};

LayerKind ReadKind(Members& members) {
  const std::string name = members.Text("kind");
  for (const KindName& entry : kKindNames) {
    if (entry.name == name) return entry.kind;
  }
  members.Fail("has the unknown kind '" + name + "'");
  return LayerKind::kDense;
}

Activation ReadActivation(Members& members) {
  const std::string name = members.Text("activation");
  if (name != "none" && name != "relu") members.Fail("has the unknown activation '" + name + "'");
  return name == "relu" ? Activation::kRelu : Activation::kNone;
}

LayerSpec ReadLayer(Members members) {
  LayerSpec layer;
  layer.kind = ReadKind(members);
  layer.name = members.Text("name");
  if (layer.kind != LayerKind::kMaxPool) layer.outputs = members.Whole("outputs");
  if (layer.kind != LayerKind::kDense) layer.kernel = members.Whole("kernel");
  if (layer.kind == LayerKind::kMaxPool) layer.stride = layer.kernel;
  if (layer.kind == LayerKind::kConvolution) {
    layer.stride = members.Whole("stride");
    layer.padding = members.Whole("padding");
  }
  if (layer.kind != LayerKind::kMaxPool) layer.activation = ReadActivation(members);
  return layer;
}

class DescriptionReader {
 public:
  Result<ModelDescription> Read(const json::value& root) {
    Members members(root, "the description", first_error_);
    ModelDescription description;
    ModelFolder& model = description.model;
    model.name = members.Text("name");
    model.version = members.Text("version");
    model.labels = ReadLabels(members);
    model.layers = ReadLayers(members);
    model.temperature = members.Number("temperature");
    model.card = ReadCard(members);
    model.figures = ReadFigures(members);
    model.test_readings = ReadReadings(members);
    description.weights_sha256 = members.Inside("weights").Text("sha256");
    if (first_error_) return *std::move(first_error_);
    return description;
  }

 private:
  std::vector<std::string> ReadLabels(Members& members) {
    std::vector<std::string> labels;
    for (const json::value& label : members.Array("labels")) {
      if (!label.is_string()) members.Fail("has a label that is no text");
      labels.push_back(label.is_string() ? Copy(label.get_string()) : "");
    }
    return labels;
  }
  std::vector<LayerSpec> ReadLayers(Members& members) {
    std::vector<LayerSpec> layers;
    for (const json::value& layer : members.Array("layers")) {
      const std::string where = "layer " + std::to_string(layers.size() + 1);
      layers.push_back(ReadLayer(Members(layer, where, first_error_)));
    }
    return layers;
  }
  std::map<std::string, std::string> ReadCard(Members& members) {
    std::map<std::string, std::string> card;
    for (const auto& [key, value] : members.Object("card")) {
      if (!value.is_string()) members.Fail("has a card topic that is no text");
      card[key] = value.is_string() ? Copy(value.get_string()) : "";
    }
    return card;
  }
  std::map<std::string, double> ReadFigures(Members& members) {
    std::map<std::string, double> figures;
    for (const auto& [key, value] : members.Object("figures")) {
      if (!value.is_number()) members.Fail("has a figure that is no number");
      figures[key] = value.is_number() ? value.to_number<double>() : 0.0;
    }
    return figures;
  }
  std::vector<TestReading> ReadReadings(Members& members) {
    std::vector<TestReading> readings;
    for (const json::value& value : members.Array("test_readings")) {
      Members reading(value, "a test reading", first_error_);
      readings.push_back({reading.Text("when"), reading.Text("why"), reading.Number("accuracy")});
    }
    return readings;
  }

  std::optional<Error> first_error_;
};

// Judged first: a newer file may look different in every other place.
Status CheckFormat(const json::value& root) {
  std::optional<Error> error;
  Members members(root, "the description", error);
  const int version = members.Whole("format_version");
  const json::object& preparation = members.Object("preprocessing");
  if (error) return *std::move(error);
  if (version != kFormatVersion) {
    return Unsupported("format version " + std::to_string(version) + ", this program reads " +
                       std::to_string(kFormatVersion) + ": update the program");
  }
  if (preparation != Preparation()) {
    return Unsupported("the model wants its input prepared in a way that this program does not do");
  }
  return {};
}

}  // namespace

std::string DescribeModel(const ModelDescription& description) {
  const ModelFolder& model = description.model;
  json::array layers;
  for (const LayerSpec& layer : model.layers) layers.push_back(DescribeLayer(layer));
  json::object root{
      {"format_version", kFormatVersion},
      {"name", model.name},
      {"version", model.version},
      {"labels", json::value_from(model.labels)},
      {"preprocessing", Preparation()},
      {"layers", std::move(layers)},
      {"temperature", model.temperature},
      {"weights", {{"file", JsonText(kWeightsFile)}, {"sha256", description.weights_sha256}}},
      {"figures", DescribeMap(model.figures)},
      {"test_readings", DescribeReadings(model.test_readings)},
      {"card", DescribeMap(model.card)},
  };
  return PrettyPrinter().Print(root);
}

Result<ModelDescription> ParseModelDescription(std::string_view text) {
  json::error_code failure;
  json::parse_options options;
  options.max_depth = 8;
  const json::value root = json::parse(JsonText(text), failure, {}, options);
  if (failure) return Corrupt("is no JSON (" + failure.message() + ")");
  if (Status format = CheckFormat(root); !format) return std::move(format).error();
  return DescriptionReader().Read(root);
}

}  // namespace glyphd
