#include "training/trainer.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "training/forward_network.h"
#include "training/loss.h"
#include "training/random.h"
#include "training/training_network.h"

namespace glyphd {
namespace {

constexpr std::size_t kValidationPart = 12;  // one in twelve: 5,000 of MNIST's 60,000
constexpr int kForwardBatch = 250;

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class DnnlTrainer final : public Trainer {
 public:
  DnnlTrainer(const LabelledGlyphs& data, const TrainingOptions& options)
      : data_(data),
        options_(options),
        layout_(LayOut(options.recipe.plan)),
        split_(SplitData(data.size(), options.seed)),
        batch_(std::min(static_cast<std::size_t>(options.recipe.batch), split_.train.size())),
        labels_(batch_) {
    const std::size_t per_pass = split_.train.size() / batch_;
    const std::size_t fewest = static_cast<std::size_t>(options.recipe.fewest_steps_per_epoch);
    passes_ = (std::max(fewest, per_pass) + per_pass - 1) / per_pass;
    steps_ = passes_ * per_pass;
  }

  Status Prepare() {
    SetTrainingThreads(options_.threads);
    const NetworkPlan& plan = options_.recipe.plan;
    auto network = TrainingNetwork::Create(plan, static_cast<int>(batch_), options_.seed);
    if (!network) return std::move(network).error();
    auto forward = ForwardNetwork::Create(plan, kForwardBatch);
    if (!forward) return std::move(forward).error();
    network_ = std::move(*network);
    forward_ = std::move(*forward);
    state_.average = InitialParameters(plan, options_.seed);
    state_.weights = state_.average.weights;
    state_.velocity.assign(layout_.weights, 0.0F);
    TakeOverState();
    return {};
  }

  Status Restore(TrainingState state) override {
    if (state.weights.size() != layout_.weights || state.velocity.size() != layout_.weights ||
        state.average.weights.size() != layout_.weights ||
        state.average.statistics.size() != layout_.statistics || state.step > steps_) {
      return InvalidInput("the checkpoint belongs to another network or other data");
    }
    state_ = std::move(state);
    TakeOverState();
    return {};
  }

  Result<TrainingEnd> Run(TrainingWatcher& watcher, const Save& save) override {
    while (state_.epoch < static_cast<std::uint64_t>(options_.recipe.epochs)) {
      Result<TrainingEnd> end = RunEpoch(watcher);
      if (!end) return std::move(end).error();
      if (*end == TrainingEnd::kFinished) {
        if (Status status = CloseEpoch(watcher); !status) return std::move(status).error();
      }
      if (Status status = save(state_); !status) return std::move(status).error();
      if (*end == TrainingEnd::kStopped) return TrainingEnd::kStopped;
    }
    return TrainingEnd::kFinished;
  }

  const TrainingState& state() const override { return state_; }
  const DataSplit& split() const override { return split_; }

  Result<std::vector<float>> Logits(std::span<const GlyphImage> images) override {
    if (Status status = forward_->Load(state_.average); !status) return std::move(status).error();
    return forward_->Logits(images);
  }

 private:
  void TakeOverState() {
    std::copy(state_.weights.begin(), state_.weights.end(), network_->weights().begin());
  }

  Result<TrainingEnd> RunEpoch(TrainingWatcher& watcher) {
    const std::vector<std::size_t> order = EpochOrder();
    while (state_.step < steps_) {
      const Clock::time_point start = Clock::now();
      FillBatch(std::span(order).subspan(state_.step * batch_, batch_));
      if (Status status = Step(); !status) return std::move(status).error();
      state_.seconds += SecondsSince(start);
      watcher.OnStep(Progress());
      // A stop on the last step is left to the next epoch, so that this one is validated.
      if (watcher.ShouldStop() && state_.step < steps_) return TrainingEnd::kStopped;
    }
    return TrainingEnd::kFinished;
  }

  std::vector<std::size_t> EpochOrder() const {
    std::vector<std::size_t> order;
    for (std::size_t pass = 0; pass < passes_; ++pass) {
      std::vector<std::size_t> shuffled =
          Shuffled(split_.train.size(),
                   KeyedRandom(RandomUse::kExampleOrder, {options_.seed, state_.epoch, pass}));
      shuffled.resize(shuffled.size() / batch_ * batch_);
      order.insert(order.end(), shuffled.begin(), shuffled.end());
    }
    return order;
  }

  void FillBatch(std::span<const std::size_t> order) {
    const std::span<float> input = network_->input();
    const std::uint64_t first = state_.step * batch_;
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::size_t example = split_.train[order[i]];
      Draw(data_.images[example], first + i,
           GlyphPixels(input.subspan(i * kGlyphPixels, kGlyphPixels)));
      labels_[i] = data_.labels[example];
    }
  }

  // `place` is where in the epoch the example stands: each time it is drawn anew.
  void Draw(const GlyphImage& image, std::uint64_t place, GlyphPixels out) const {
    if (!options_.recipe.augmentation) return ToPixels(image, out);
    KeyedRandom random(RandomUse::kAugmentation, {options_.seed, state_.epoch, place});
    Augment(image, *options_.recipe.augmentation, random, out);
  }

  std::uint64_t GlobalStep() const { return state_.epoch * steps_ + state_.step; }

  float LearningRate() const {
    const Recipe& recipe = options_.recipe;
    return OneCycleRate(recipe.peak_learning_rate, recipe.warm_up, GlobalStep(),
                        steps_ * static_cast<std::uint64_t>(recipe.epochs));
  }

  Status Step() {
    if (Status status = network_->Forward(GlobalStep()); !status) return status;
    const BatchLoss loss = SoftmaxCrossEntropy(
        network_->logits(), labels_, options_.recipe.label_smoothing, network_->logit_gradients());
    if (Status status = network_->Backward(); !status) return status;
    UpdateWeights();
    state_.loss_sum += loss.loss;
    state_.right += loss.right;
    state_.seen += labels_.size();
    ++state_.step;
    return {};
  }

  void UpdateWeights() {
    const Recipe& recipe = options_.recipe;
    NesterovStep(recipe.optimizer, LearningRate(), layout_.decaying, network_->gradients(),
                 state_.velocity, network_->weights());
    std::copy(network_->weights().begin(), network_->weights().end(), state_.weights.begin());
    UpdateAverage(recipe.average_decay, GlobalStep(), state_.weights, state_.average.weights);
    UpdateAverage(recipe.average_decay, GlobalStep(), network_->batch_statistics(),
                  state_.average.statistics);
  }

  TrainingProgress Progress() const {
    const double seen = static_cast<double>(std::max<std::uint64_t>(state_.seen, 1));
    return {static_cast<int>(state_.epoch) + 1,
            options_.recipe.epochs,
            state_.step,
            steps_,
            state_.loss_sum / seen,
            static_cast<double>(state_.right) / seen,
            state_.seconds};
  }

  Status CloseEpoch(TrainingWatcher& watcher) {
    EpochFigures figures;
    const TrainingProgress progress = Progress();
    figures.epoch = progress.epoch;
    figures.train_loss = progress.loss;
    figures.train_accuracy = progress.accuracy;
    figures.learning_rate = static_cast<double>(LearningRate());
    const Clock::time_point start = Clock::now();
    if (Status status = Validate(figures); !status) return status;
    figures.seconds = state_.seconds + SecondsSince(start);
    state_.history.push_back(figures);
    ++state_.epoch;
    state_.step = state_.right = state_.seen = 0;
    state_.loss_sum = state_.seconds = 0;
    watcher.OnEpoch(figures);
    return {};
  }

  Status Validate(EpochFigures& figures) {
    std::vector<GlyphImage> images;
    std::vector<std::uint8_t> labels;
    for (const std::size_t example : split_.validation) {
      images.push_back(data_.images[example]);
      labels.push_back(data_.labels[example]);
    }
    Result<std::vector<float>> logits = Logits(images);
    if (!logits) return std::move(logits).error();
    std::vector<float> unused(logits->size());
    const BatchLoss loss = SoftmaxCrossEntropy(*logits, labels, 0.0F, unused);
    figures.validation_loss = loss.loss / static_cast<double>(labels.size());
    figures.validation_accuracy =
        static_cast<double>(loss.right) / static_cast<double>(labels.size());
    return {};
  }

  const LabelledGlyphs& data_;
  TrainingOptions options_;
  ParameterLayout layout_;
  DataSplit split_;
  std::size_t batch_;
  std::size_t passes_ = 1;
  std::size_t steps_ = 0;  // an epoch
  std::vector<std::uint8_t> labels_;
  std::unique_ptr<TrainingNetwork> network_;
  std::unique_ptr<ForwardNetwork> forward_;
  TrainingState state_;
};

}  // namespace

DataSplit SplitData(std::size_t examples, std::uint64_t seed) {
  const std::vector<std::size_t> order =
      Shuffled(examples, KeyedRandom(RandomUse::kValidationSplit, {seed}));
  const std::size_t validation = std::max<std::size_t>(examples / kValidationPart, 1);
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(validation);
  return {{cut, order.end()}, {order.begin(), cut}};
}

Result<std::unique_ptr<Trainer>> Trainer::Create(const LabelledGlyphs& data,
                                                 const TrainingOptions& options) {
  // One to validate on and two to learn from: batch normalisation of one example is all zeros.
  if (data.size() < 3) {
    return InvalidInput("training needs at least three examples; the data has " +
                        std::to_string(data.size()));
  }
  auto trainer = std::make_unique<DnnlTrainer>(data, options);
  if (Status status = trainer->Prepare(); !status) return std::move(status).error();
  return std::unique_ptr<Trainer>(std::move(trainer));
}

}  // namespace glyphd
