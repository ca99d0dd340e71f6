#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/bytes.h"
#include "model/model_folder.h"
#include "model/network_shape.h"
#include "model/safetensors.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "glyphd-model-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) AbortBecause("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteText(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void ReplaceInFile(const fs::path& path, const std::string& from, const std::string& to) {
  std::string text = ReadText(path);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  WriteText(path, text.replace(at, from.size(), to));
}

Tensor Filled(std::vector<int> shape, float first) {
  std::size_t count = 1;
  for (const int side : shape) count *= static_cast<std::size_t>(side);
  Tensor tensor{std::move(shape), std::vector<float>(count)};
  for (std::size_t i = 0; i < count; ++i) tensor.values[i] = first + static_cast<float>(i) * 0.001F;
  return tensor;
}

ModelFolder SmallModel() {
  ModelFolder model;
  model.name = "small";
  model.labels = {"yes", "no", "per | haps"};
  model.layers = {{LayerKind::kConvolution, "conv1", 2, 3, 2, 1, Activation::kRelu},
                  {LayerKind::kMaxPool, "pool1", 0, 2, 2, 0, Activation::kNone},
                  {LayerKind::kDense, "out", 3, 0, 1, 0, Activation::kNone}};
  model.temperature = 1.25;
  model.tensors = {{"conv1.weight", Filled({2, 1, 3, 3}, -0.5F)},
                   {"conv1.bias", Filled({2}, 0.25F)},
                   {"out.weight", Filled({3, 98}, -0.1F)},
                   {"out.bias", Filled({3}, 0.0F)}};
  model.card = {{"data", "made up\nfor \"tests\""}, {"seed", "17"}};
  model.figures = {{"test_accuracy", 0.9954}, {"parameters", 317}};
  model.test_readings = {{"2026-11-23T01:02:03Z", "release", 0.9954}};
  return model;
}

TEST(PlanNetwork, FollowsTheSizesFromLayerToLayer) {
  const auto plan = PlanNetwork(SmallModel().layers);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ((*plan)[0].output.Count(), 2 * 14 * 14);
  EXPECT_EQ((*plan)[1].output.Count(), 2 * 7 * 7);
  EXPECT_THAT((*plan)[0].weight_shape, ElementsAre(2, 1, 3, 3));
  EXPECT_THAT((*plan)[1].weight_shape, ElementsAre());
  EXPECT_THAT((*plan)[2].weight_shape, ElementsAre(3, 98));
}

TEST(PlanNetwork, RefusesLayersThatCannotBe) {
  const auto refused = [](const LayerSpec& layer) {
    const auto plan = PlanNetwork({layer});
    return plan ? std::string("accepted") : plan.error().message;
  };
  const auto conv = LayerKind::kConvolution;
  EXPECT_THAT(refused({conv, "a", 0, 3, 1, 1, {}}), HasSubstr("outputs"));
  EXPECT_THAT(refused({conv, "a", 5000, 3, 1, 1, {}}), HasSubstr("outputs"));
  EXPECT_THAT(refused({conv, "a", 8, 0, 1, 0, {}}), HasSubstr("kernel"));
  EXPECT_THAT(refused({conv, "a", 8, 3, 0, 1, {}}), HasSubstr("stride"));
  EXPECT_THAT(refused({conv, "a", 8, 3, 1, 3, {}}), HasSubstr("padding"));
  EXPECT_THAT(refused({LayerKind::kMaxPool, "a", 0, 2, 2, 1, {}}), HasSubstr("padding"));
  EXPECT_THAT(refused({conv, "", 8, 3, 1, 1, {}}), HasSubstr("no name"));
}

TEST(PlanNetwork, RefusesMoreWeightsThanAnySensibleModelHas) {
  const LayerSpec wide{LayerKind::kConvolution, "a", 4096, 3, 1, 1, {}};
  LayerSpec wider = wide;
  wider.name = "b";
  EXPECT_FALSE(PlanNetwork({wide, wider}).ok());
}

TEST(CheckModel, NamesWhatDoesNotFit) {
  const auto complaint = [](auto change) {
    ModelFolder model = SmallModel();
    change(model);
    const Status status = CheckModel(model);
    return status ? std::string("accepted") : status.error().message;
  };
  EXPECT_THAT(complaint([](auto& m) { m.tensors.erase("out.bias"); }), HasSubstr("out.bias"));
  EXPECT_THAT(complaint([](auto& m) { m.tensors["x"] = {}; }), HasSubstr("5 tensors"));
  EXPECT_THAT(complaint([](auto& m) { m.tensors["out.bias"].shape = {4}; }), HasSubstr("[4]"));
  EXPECT_THAT(complaint([](auto& m) { m.tensors["out.bias"].values.pop_back(); }),
              HasSubstr("2 values"));
  EXPECT_THAT(complaint([](auto& m) {
                m.tensors["out.bias"].values[0] = std::numeric_limits<float>::quiet_NaN();
              }),
              HasSubstr("not finite"));
  EXPECT_THAT(complaint([](auto& m) { m.labels.pop_back(); }), HasSubstr("3 outputs for 2"));
  EXPECT_THAT(complaint([](auto& m) { m.labels[1] = "yes"; }), HasSubstr("twice"));
  EXPECT_THAT(complaint([](auto& m) { m.temperature = 0; }), HasSubstr("temperature"));
  EXPECT_THAT(complaint([](auto& m) { m.layers.pop_back(); }), HasSubstr("last layer"));
  EXPECT_THAT(complaint([](auto& m) { m.layers.clear(); }), HasSubstr("1 to 100 layers"));
}

TEST(Safetensors, KeepsEveryTensorExactly) {
  const auto tensors = SmallModel().tensors;
  const auto read = DecodeSafetensors(EncodeSafetensors(tensors));
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read->at(name).shape, tensor.shape);
    EXPECT_EQ(read->at(name).values, tensor.values);
  }
}

Bytes FileWithHeader(const std::string& header, std::size_t data_size) {
  const std::uint64_t length = header.size();
  Bytes file(8 + header.size() + data_size);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, header.data(), header.size());
  return file;
}

TEST(Safetensors, ReadsWhatTheFormatAllowsOtherWritersToDo) {
  const auto read = DecodeSafetensors(FileWithHeader(
      R"({"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"__metadata__":{"by":"x"},)"
      R"("a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}   )",
      12));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->at("b").values.size(), 1U);
  EXPECT_EQ(read->at("a").values.size(), 2U);
}

TEST(Safetensors, RefusesHeadersThatLie) {
  const auto complaint = [](const std::string& header, std::size_t data_size) {
    const auto read = DecodeSafetensors(FileWithHeader(header, data_size));
    return read ? std::string("accepted") : read.error().message;
  };
  EXPECT_THAT(complaint("[]", 0), HasSubstr("no JSON object"));
  EXPECT_THAT(complaint("{", 0), HasSubstr("no JSON"));
  EXPECT_THAT(complaint(R"({"a":1})", 0), HasSubstr("no object"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4),
              HasSubstr("only F32"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
              HasSubstr("unusable"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 8),
              HasSubstr("do not fit its shape"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4),
              HasSubstr("shape is unusable"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8),
              HasSubstr("gaps"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8),
              HasSubstr("not the sum"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                        R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                        4),
              HasSubstr("overlap"));
  EXPECT_THAT(complaint(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],)"
                        R"("data_offsets":[0,0]}})",
                        0),
              HasSubstr("shape is unusable"));
}

TEST(Safetensors, JudgesTheHeaderLengthBeforeUsingIt) {
  Bytes file(16, 0xFF);
  EXPECT_THAT(DecodeSafetensors(file).error().message, HasSubstr("1 MiB"));
  file.assign(16, 0);
  file[0] = 200;
  EXPECT_THAT(DecodeSafetensors(file).error().message, HasSubstr("ends within"));
  EXPECT_FALSE(DecodeSafetensors({}).ok());
}

TEST(ModelFolder, IsReadAsItWasWritten) {
  const TemporaryFolder root;
  const ModelFolder model = SmallModel();
  const Status written = WriteModelFolder(model, root / "small");
  ASSERT_TRUE(written.ok()) << written.error().message;
  const auto read = ReadModelFolder(root / "small");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->name, model.name);
  EXPECT_EQ(read->labels, model.labels);
  EXPECT_EQ(read->temperature, model.temperature);
  EXPECT_EQ(read->card, model.card);
  EXPECT_EQ(read->figures, model.figures);
  ASSERT_EQ(read->test_readings.size(), 1U);
  EXPECT_EQ(read->test_readings[0].when, "2026-11-23T01:02:03Z");
  EXPECT_EQ(read->test_readings[0].accuracy, 0.9954);
  EXPECT_EQ(read->tensors.at("conv1.weight").values, model.tensors.at("conv1.weight").values);
  ASSERT_EQ(read->layers.size(), 3U);
  EXPECT_EQ(read->layers[0].stride, 2);
  EXPECT_EQ(read->layers[0].padding, 1);
  EXPECT_EQ(read->layers[0].activation, Activation::kRelu);
  EXPECT_EQ(read->layers[1].kernel, 2);
  EXPECT_EQ(read->layers[2].kind, LayerKind::kDense);
}

TEST(ModelFolder, IsNamedByTheHashOfItsWeights) {
  const TemporaryFolder root;
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  const std::string weights = ReadText(root / "m/weights.safetensors");
  EXPECT_EQ(ReadModelFolder(root / "m")->version, ToHex(Sha256(AsBytes(weights))).substr(0, 12));
}

TEST(ModelFolder, CarriesACardForPeople) {
  const TemporaryFolder root;
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  const std::string card = ReadText(root / "m/CARD.md");
  EXPECT_THAT(card, HasSubstr("# Model small " + ReadModelFolder(root / "m")->version));
  EXPECT_THAT(card, HasSubstr("per \\| haps"));
  EXPECT_THAT(card, HasSubstr("| Test accuracy | 0.9954 |"));
  EXPECT_THAT(card, HasSubstr("| 2026-11-23T01:02:03Z | release | 0.9954 |"));
  EXPECT_THAT(card, HasSubstr("| conv1 | convolution 3 x 3, stride 2, padding 1, ReLU |"));
}

TEST(ModelFolder, IsReplacedAsAWholeAndKeepsWhatElseLiesThere) {
  const TemporaryFolder root;
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  WriteText(root / "m/report.html", "curves");
  ModelFolder other = SmallModel();
  other.tensors["out.bias"].values[0] = 9;
  ASSERT_TRUE(WriteModelFolder(other, root / "m/").ok());
  EXPECT_EQ(ReadModelFolder(root / "m")->tensors.at("out.bias").values[0], 9.0F);
  EXPECT_EQ(ReadText(root / "m/report.html"), "curves");
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), {}), 1) << "nothing is left over";
}

TEST(ModelFolder, DoesNotReplaceWhatIsNoModel) {
  const TemporaryFolder root;
  fs::create_directory(root / "letters");
  WriteText(root / "letters/dear.txt", "you");
  EXPECT_EQ(WriteModelFolder(SmallModel(), root / "letters").error().code, ErrorCode::kConflict);
  EXPECT_EQ(WriteModelFolder(SmallModel(), root / "letters/dear.txt").error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(ReadText(root / "letters/dear.txt"), "you");
}

TEST(ModelFolder, RefusesToWriteWhatItCouldNotRead) {
  const TemporaryFolder root;
  ModelFolder model = SmallModel();
  model.figures["loss"] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(WriteModelFolder(model, root / "m").error().code, ErrorCode::kInvalidInput);
  model = SmallModel();
  model.card["data"] = "\xFF\xFE";
  EXPECT_EQ(WriteModelFolder(model, root / "m").error().code, ErrorCode::kInvalidInput);
  model = SmallModel();
  model.tensors.clear();
  EXPECT_EQ(WriteModelFolder(model, root / "m").error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(fs::is_empty(root.path()));
}

TEST(ModelFolder, SaysWhatIsMissing) {
  const TemporaryFolder root;
  EXPECT_EQ(ReadModelFolder(root / "none").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  fs::remove(root / "m/weights.safetensors");
  const auto read = ReadModelFolder(root / "m");
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read.error().message, HasSubstr("weights.safetensors"));
}

struct Damage {
  std::string from;
  std::string to;
  ErrorCode code;
  std::string complaint;
};

TEST(ModelFolder, NamesTheDamageInItsDescription) {
  const std::vector<Damage> cases = {
      {"\"format_version\": 1", "\"format_version\": 2", ErrorCode::kUnsupported, "update"},
      {"white on black", "black on white", ErrorCode::kUnsupported, "prepared"},
      {"\"name\": \"small\"", "\"name\": 5", ErrorCode::kCorrupt, "'name'"},
      {"\"kind\": \"max_pool\"", "\"kind\": \"mean_pool\"", ErrorCode::kCorrupt, "layer 2"},
      {"\"kernel\": 3", "\"kernel\": 5", ErrorCode::kCorrupt, "conv1.weight"},
      {"\"kernel\": 3", "\"kernel\": 3.5", ErrorCode::kCorrupt, "'kernel'"},
      {"\"relu\"", "\"tanh\"", ErrorCode::kCorrupt, "tanh"},
      {"\"sha256\": \"", "\"sha256\": \"00", ErrorCode::kCorrupt, "SHA-256"},
      {"\"version\": \"", "\"version\": \"00", ErrorCode::kCorrupt, "version"},
      {"\"temperature\": 1.25", "\"temperature\": -1", ErrorCode::kCorrupt, "temperature"},
      {"\"labels\": [", "\"labels\": [[[[[[[[[[[[", ErrorCode::kCorrupt, "JSON"},
  };
  for (const Damage& damage : cases) {
    const TemporaryFolder root;
    ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
    ReplaceInFile(root / "m/model.json", damage.from, damage.to);
    const auto read = ReadModelFolder(root / "m");
    ASSERT_FALSE(read.ok()) << damage.to;
    EXPECT_EQ(read.error().code, damage.code) << damage.to;
    EXPECT_THAT(read.error().message, HasSubstr(damage.complaint));
    EXPECT_THAT(read.error().message, HasSubstr((root / "m").string()));
  }
}

TEST(ModelFolder, IsRefusedForAnySingleChangedByteOfItsWeights) {
  const TemporaryFolder root;
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  const fs::path file = root / "m/weights.safetensors";
  const std::string sound = ReadText(file);
  for (std::size_t i = 0; i < sound.size(); i += 7) {
    std::string damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    WriteText(file, damaged);
    ASSERT_EQ(ReadModelFolder(root / "m").error().code, ErrorCode::kCorrupt) << i;
  }
}

TEST(Mutations, OfTheWeightsFileNeverCrashTheDecoder) {
  const Bytes sound = EncodeSafetensors(SmallModel().tensors);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(DecodeSafetensors(ByteView(sound).first(size)).ok()) << size;
  }
  std::mt19937 random(17);
  for (int round = 0; round < 20'000; ++round) {
    Bytes damaged = sound;
    for (int flips = 0; flips < 3; ++flips) {
      damaged[random() % 420] = static_cast<std::uint8_t>(random());  // header and first values
    }
    const auto read = DecodeSafetensors(damaged);
    EXPECT_TRUE(!read || read->size() <= 4U);
  }
}

TEST(Mutations, OfTheDescriptionNeverCrashTheReader) {
  const TemporaryFolder root;
  ASSERT_TRUE(WriteModelFolder(SmallModel(), root / "m").ok());
  const fs::path file = root / "m/model.json";
  const std::string sound = ReadText(file);
  std::mt19937 random(17);
  for (int round = 0; round < 3'000; ++round) {
    std::string damaged = sound;
    if (round % 2 == 0) {
      damaged.resize(random() % (sound.size() - 2));
    } else {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    WriteText(file, damaged);
    const auto read = ReadModelFolder(root / "m");
    EXPECT_FALSE(round % 2 == 0 && read.ok()) << "cut after " << damaged.size() << " bytes";
    EXPECT_TRUE(read.ok() || !read.error().message.empty());
  }
}

}  // namespace
}  // namespace glyphd
