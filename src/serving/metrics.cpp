#include "serving/metrics.h"

#include <array>
#include <map>
#include <mutex>
#include <tuple>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "serving/process_figures.h"

namespace glyphd::serving {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

const Histogram::BucketBoundaries kSeconds = {0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                              0.005,   0.01,   0.02,   0.05,   0.1,   0.2,
                                              0.5,     1,      2,      5,      10};
const Histogram::BucketBoundaries kPictures = {1, 2, 4, 8, 16, 32, 64, 128, 1024};

constexpr std::array<std::string_view, 5> kStageNames = {"decode", "ink", "inference", "store",
                                                         "total"};

double Seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

Gauge& AddGauge(Registry& registry, const char* name, const char* help,
                const prometheus::Labels& labels = {}) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

Counter& AddCounter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

// Counters that somebody else keeps are raised to what they are now.
void RaiseTo(Counter& counter, double value) {
  if (value > counter.Value()) counter.Increment(value - counter.Value());
}

}  // namespace

struct Metrics::Families {
  Registry registry;
  std::mutex text_mutex;  // two scrapes at once must not raise a counter twice
  std::mutex requests_mutex;
  std::map<std::tuple<std::string_view, std::string, int>, Counter*> request_counters;
  std::map<std::string_view, Histogram*> request_seconds;
  prometheus::Family<Counter>& requests =
      BuildCounter()
          .Name("glyphd_http_requests_total")
          .Help("Requests answered, by route, method and status")
          .Register(registry);
  prometheus::Family<Histogram>& durations =
      BuildHistogram()
          .Name("glyphd_http_request_seconds")
          .Help("From the end of the request to the start of its answer")
          .Register(registry);
  std::array<Histogram*, kStageNames.size()> stages{};
  Histogram& batch = BuildHistogram()
                         .Name("glyphd_inference_batch_pictures")
                         .Help("Pictures read in one inference call")
                         .Register(registry)
                         .Add({}, kPictures);
  Gauge& in_flight =
      AddGauge(registry, "glyphd_http_requests_in_flight", "Requests not yet answered");
  Gauge& connections = AddGauge(registry, "glyphd_http_connections", "Open connections");
  Counter& refused = AddCounter(registry, "glyphd_http_connections_refused_total",
                                "Connections beyond the limit, answered 503");
  prometheus::Family<Gauge>& queue =
      BuildGauge().Name("glyphd_queue_jobs").Help("Jobs that wait for a thread").Register(registry);
  prometheus::Family<Gauge>& memory = BuildGauge()
                                          .Name("glyphd_memory_reserved_bytes")
                                          .Help("Share of the memory budget in use")
                                          .Register(registry);
  Gauge& records = AddGauge(registry, "glyphd_store_records", "Recognitions kept");
  Gauge& waiting = AddGauge(registry, "glyphd_store_waiting_groups", "Groups not yet durable");
  Counter& commits =
      AddCounter(registry, "glyphd_store_commits_total", "Durable commits since the start");
  Counter& kept =
      AddCounter(registry, "glyphd_store_kept_total", "Recognitions kept since the start");
  Gauge& resident = AddGauge(registry, "process_resident_memory_bytes", "Resident memory size");
  Gauge& open_files = AddGauge(registry, "process_open_fds", "Open file descriptors");
  Gauge& start_time =
      AddGauge(registry, "process_start_time_seconds", "Start of the process since the epoch");
  Counter& cpu =
      AddCounter(registry, "process_cpu_seconds_total", "User and system CPU time spent");

  Counter& RequestCounter(std::string_view route, std::string_view method, int status) {
    Counter*& counter = request_counters[{route, std::string(method), status}];
    if (counter == nullptr) {
      counter = &requests.Add({{"route", std::string(route)},
                               {"method", std::string(method)},
                               {"status", std::to_string(status)}});
    }
    return *counter;
  }

  Histogram& RequestSeconds(std::string_view route) {
    Histogram*& histogram = request_seconds[route];
    if (histogram == nullptr) {
      histogram = &durations.Add({{"route", std::string(route)}}, kSeconds);
    }
    return *histogram;
  }
};

Metrics::Metrics(std::string_view model_name, std::string_view model_version)
    : families_(std::make_unique<Families>()) {
  auto& stage_family = BuildHistogram()
                           .Name("glyphd_stage_seconds")
                           .Help("Time of one recognition, by stage")
                           .Register(families_->registry);
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    families_->stages[i] = &stage_family.Add({{"stage", std::string(kStageNames[i])}}, kSeconds);
  }
  AddGauge(families_->registry, "glyphd_model_info", "The model that reads",
           {{"name", std::string(model_name)}, {"version", std::string(model_version)}})
      .Set(1);
  AddGauge(families_->registry, "glyphd_build_info", "The program that runs",
           {{"version", GLYPHD_VERSION}})
      .Set(1);
  families_->start_time.SetToCurrentTime();
}

Metrics::~Metrics() = default;

void Metrics::CountRequest(std::string_view route, std::string_view method, int status,
                           std::chrono::nanoseconds duration) {
  Counter* counter = nullptr;
  Histogram* histogram = nullptr;
  {
    const std::lock_guard lock(families_->requests_mutex);
    counter = &families_->RequestCounter(route, method, status);
    histogram = &families_->RequestSeconds(route);
  }
  counter->Increment();
  histogram->Observe(Seconds(duration));
}

void Metrics::ObserveStage(Stage stage, std::chrono::nanoseconds duration) {
  families_->stages[static_cast<std::size_t>(stage)]->Observe(Seconds(duration));
}

void Metrics::ObserveBatch(std::size_t pictures) {
  families_->batch.Observe(static_cast<double>(pictures));
}

void Metrics::RequestBegan() { families_->in_flight.Increment(); }
void Metrics::RequestEnded() { families_->in_flight.Decrement(); }
void Metrics::ConnectionOpened() { families_->connections.Increment(); }
void Metrics::ConnectionClosed() { families_->connections.Decrement(); }
void Metrics::ConnectionRefused() { families_->refused.Increment(); }

std::string Metrics::Text(const CurrentFigures& figures) {
  Families& all = *families_;
  const std::lock_guard lock(all.text_mutex);
  const auto set = [](prometheus::Family<Gauge>& family, const char* label, const char* value,
                      std::size_t amount) {
    family.Add({{label, value}}).Set(static_cast<double>(amount));
  };
  set(all.queue, "queue", "pictures", figures.picture_jobs_queued);
  set(all.queue, "queue", "lookups", figures.lookup_jobs_queued);
  set(all.memory, "use", "bodies", figures.body_bytes_reserved);
  set(all.memory, "use", "decoding", figures.decode_bytes_reserved);
  all.records.Set(static_cast<double>(figures.store_records));
  all.waiting.Set(static_cast<double>(figures.store_waiting));
  RaiseTo(all.commits, static_cast<double>(figures.store_commits));
  RaiseTo(all.kept, static_cast<double>(figures.store_kept));
  const ProcessFigures process = ReadProcessFigures();
  all.resident.Set(static_cast<double>(process.resident_bytes));
  all.open_files.Set(static_cast<double>(process.open_files));
  RaiseTo(all.cpu, process.cpu_seconds);
  return prometheus::TextSerializer().Serialize(all.registry.Collect());
}

}  // namespace glyphd::serving
