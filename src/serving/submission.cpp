#include "serving/submission.h"

#include <cstdlib>
#include <limits>

#include "serving/multipart.h"
#include "serving/pages.h"
#include "serving/reading_batch.h"
#include "serving/router.h"
#include "serving/upload.h"

namespace glyphd::serving {
namespace {

using Clock = std::chrono::steady_clock;

// A picture above either bound takes longer than a loop's other connections should wait for.
constexpr std::int64_t kLoopPixels = 1'000'000;
constexpr std::size_t kLoopBytes = 1U << 20U;
constexpr std::size_t kLoopMarks = 64;

double Milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::int64_t PixelsOf(const PictureHeader& header) {
  return static_cast<std::int64_t>(header.width) * header.height;
}

// HEIC and TIFF decode slowly, and TIFF may hold any other format inside.
bool IsSlow(const PictureHeader& header) {
  return header.format == PictureFormat::kHeic || header.format == PictureFormat::kTiff ||
         PixelsOf(header) > (header.format == PictureFormat::kWebp ? kLoopPixels / 4 : kLoopPixels);
}

Problem Overloaded(std::string detail) {
  return {ProblemKind::kOverloaded, std::move(detail), {}, {{"Retry-After", "2"}}};
}

void AppendSized(ByteView bytes, Bytes& out) {
  const std::uint64_t size = bytes.size();
  for (int shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(size >> static_cast<unsigned>(shift)));
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// Everything that decides the answer, so that a retry may come in another form or boundary.
Sha256Digest DigestOf(const Upload& upload) {
  Bytes decisive;
  AppendSized(AsBytes(LayoutName(upload.layout)), decisive);
  AppendSized(AsBytes(upload.reference), decisive);
  for (const UploadedPicture& picture : upload.pictures) {
    AppendSized(AsBytes(picture.filename), decisive);
    AppendSized(Sha256(*picture.bytes), decisive);
  }
  return Sha256(decisive);
}

std::size_t MarksOf(const std::vector<PreparedPicture>& pictures) {
  std::size_t marks = 0;
  for (const PreparedPicture& picture : pictures) {
    for (const InkLine& line : picture.ink.lines) marks += line.marks.size();
  }
  return marks;
}

class Submission : public std::enable_shared_from_this<Submission> {
 public:
  Submission(std::shared_ptr<ServiceContext> context, ExchangePtr exchange)
      : context_(std::move(context)), exchange_(std::move(exchange)) {}

  void Start() {
    auto parsed = ParseUpload(exchange_->request(), context_->options.max_parts);
    if (auto* problem = std::get_if<Problem>(&parsed)) return Refuse(std::move(*problem));
    upload_ = std::move(std::get<Upload>(parsed));
    exchange_->request().body.reset();  // the pictures are what is left of it
    const auto key = exchange_->request().headers.Find("Idempotency-Key");
    if (!key) return Inspect();
    if (!IsIdempotencyKey(*key)) {
      return Refuse({ProblemKind::kBadParameter,
                     "the Idempotency-Key is not 1 to 255 visible ASCII characters"});
    }
    const ApiKey* caller = exchange_->request().caller;
    // A key id has no space, so that no caller can name another's key.
    key_ = (caller == nullptr ? std::string() : caller->id) + " " + std::string(*key);
    digest_ = DigestOf(upload_);
    ClaimKey();
  }

 private:
  // --- Idempotency ---

  void ClaimKey() {
    const auto claim =
        context_->keys_under_way.ClaimKey(key_, [self = shared_from_this()](AnswerPtr answer) {
          self->exchange_->loop().Post([self, answer = std::move(answer)] {
            if (answer) return self->UseAnswer(*answer);
            self->ClaimKey();
          });
        });
    if (claim == KeysUnderWay::Claim::kWait) return;
    leads_ = true;
    if (!context_->options.record) return Inspect();
    context_->lookup_workers.Post([self = shared_from_this()] { self->LookUpAnswer(); });
  }

  void LookUpAnswer() {
    auto found = std::make_shared<Result<IdempotentAnswer>>(context_->store->FindAnswer(key_));
    exchange_->loop().Post([self = shared_from_this(), found] {
      if (found->ok()) {
        self->FinishKey(std::make_shared<IdempotentAnswer>(**found));
        return self->UseAnswer(**found);
      }
      if (found->error().code == ErrorCode::kNotFound) return self->Inspect();
      self->Refuse(ProblemFrom(found->error(), ProblemKind::kInternal));
    });
  }

  void UseAnswer(const IdempotentAnswer& answer) {
    if (answer.request != digest_) return Refuse(KeyReused());
    Replay(answer);
  }

  static Problem KeyReused() {
    return {ProblemKind::kKeyReused,
            "this Idempotency-Key was used within 24 hours for other pictures or options; take a "
            "new key for a new request"};
  }

  void Replay(const IdempotentAnswer& answer) {
    Response response = Created(answer.location, answer.body);
    response.headers.emplace_back("Idempotency-Replayed", "true");
    exchange_->Respond(std::move(response));
  }

  void FinishKey(const AnswerPtr& answer) {
    if (std::exchange(leads_, false)) context_->keys_under_way.Finish(key_, answer);
  }

  // --- Preparing ---

  // Decides from the headers alone where the pictures are decoded.
  void Inspect() {
    bool slow = upload_.pictures.size() > static_cast<std::size_t>(context_->options.batch_limit);
    std::size_t bytes = 0;
    std::int64_t pixels = 0;
    for (std::size_t i = 0; i < upload_.pictures.size(); ++i) {
      auto header = Judge(i);
      if (!header) return;
      slow = slow || IsSlow(*header);
      pixels += PixelsOf(*header);
      bytes += upload_.pictures[i].bytes->size();
      headers_.push_back(*header);
    }
    if (slow || pixels > kLoopPixels || bytes > kLoopBytes) return MoveToWorker();
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      auto memory = context_->decode_memory->TryReserve(headers_[i].decode_bytes);
      if (!memory) return MoveToWorker();
      if (!Prepare(i)) return;
    }
    if (MarksOf(prepared_) > kLoopMarks) return MoveToWorker();
    JoinBatch();
  }

  // The pixel limit is judged here, so that it is told apart from damage.
  std::optional<PictureHeader> Judge(std::size_t i) {
    const PictureLimits none{std::numeric_limits<std::int64_t>::max()};
    auto header = InspectPicture(*upload_.pictures[i].bytes, none);
    if (!header.ok()) {
      RefusePicture(i, ProblemFrom(std::move(header).error(), ProblemKind::kDamagedPicture));
      return std::nullopt;
    }
    if (PixelsOf(*header) > context_->options.max_pixels) {
      RefusePicture(i, {ProblemKind::kPixelLimit,
                        "the picture has " + std::to_string(header->width) + " x " +
                            std::to_string(header->height) + " pixels; at most " +
                            std::to_string(context_->options.max_pixels) + " are allowed"});
      return std::nullopt;
    }
    return *header;
  }

  bool Prepare(std::size_t i) {
    const ReadOptions options{upload_.layout, {context_->options.max_pixels}};
    auto prepared = context_->recognizer->Prepare(*upload_.pictures[i].bytes, options);
    if (!prepared.ok()) {
      RefusePicture(i, ProblemFrom(std::move(prepared).error(), ProblemKind::kDamagedPicture));
      return false;
    }
    times_.push_back({prepared->decode_time, prepared->ink_time});
    prepared_.push_back(std::move(*prepared));
    return true;
  }

  void JoinBatch() {
    exchange_->loop().batch().Add(std::move(prepared_),
                                  [self = shared_from_this()](Result<std::vector<Reading>> readings,
                                                              std::chrono::nanoseconds duration) {
                                    self->Keep(std::move(readings), duration);
                                  });
  }

  void MoveToWorker() {
    const auto queued_at = Clock::now();
    context_->picture_workers.Post([self = shared_from_this(), queued_at] {
      if (Clock::now() - queued_at > self->context_->options.queue_timeout) {
        return self->Refuse(Overloaded("too many large pictures are waiting; try again later"));
      }
      self->ReadOnWorker();
    });
  }

  void ReadOnWorker() {
    for (std::size_t i = prepared_.size(); i < headers_.size(); ++i) {
      const auto memory = ReserveFor(i);
      if (!memory || !Prepare(i)) return;
    }
    const auto began = Clock::now();
    auto readings = context_->recognizer->ReadPrepared(prepared_);
    context_->metrics.ObserveBatch(prepared_.size());
    Keep(std::move(readings), Clock::now() - began);
  }

  std::optional<Reservation> ReserveFor(std::size_t i) {
    const std::size_t bytes = headers_[i].decode_bytes;
    auto memory = context_->decode_memory->ReserveWithin(bytes, context_->options.queue_timeout);
    if (memory) return memory;
    const std::size_t budget = context_->decode_memory->capacity();
    RefusePicture(
        i, Overloaded(bytes > budget ? "decoding the picture takes up to " + std::to_string(bytes) +
                                           " bytes of memory; this server has set aside " +
                                           std::to_string(budget)
                                     : "the memory for pictures is in use; try again later"));
    return std::nullopt;
  }

  // --- Keeping and answering ---

  void Keep(Result<std::vector<Reading>> readings, std::chrono::nanoseconds duration) {
    if (!readings.ok()) {
      return Refuse(ProblemFrom(std::move(readings).error(), ProblemKind::kInternal));
    }
    ObserveStages(duration);
    PutGroup group = Compose(std::move(*readings), duration);
    if (!key_.empty()) group.answer = AnswerToKeep(group);
    if (!context_->options.record) return Answer({});
    put_at_ = Clock::now();
    context_->store->Put(std::move(group), [self = shared_from_this()](Status status) {
      self->exchange_->loop().Post(
          [self, status = std::move(status)]() mutable { self->Answer(std::move(status)); });
    });
  }

  PutGroup Compose(std::vector<Reading> readings, std::chrono::nanoseconds duration) {
    PutGroup group;
    group.recognitions.reserve(readings.size());
    if (upload_.several) body_ = "{\"recognitions\":[";
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if (i > 0) body_ += ',';
      group.recognitions.push_back({ToRecognition(i, std::move(readings[i]), duration),
                                    std::move(upload_.pictures[i].bytes)});
      AppendRecognitionJson(group.recognitions.back().recognition, body_);
    }
    if (upload_.several) {
      body_ += "]}";
    } else {
      location_ = "/api/v1/recognitions/" + group.recognitions.front().recognition.id.ToString();
    }
    return group;
  }

  Recognition ToRecognition(std::size_t i, Reading reading, std::chrono::nanoseconds duration) {
    const UploadedPicture& uploaded = upload_.pictures[i];
    Recognition recognition;
    recognition.created_at = Now();
    recognition.id = RecordId::Next(recognition.created_at);
    recognition.reading = std::move(reading);
    recognition.model_name = context_->recognizer->classifier().name();
    recognition.model_version = context_->recognizer->classifier().version();
    recognition.image = {Sha256(*uploaded.bytes),
                         uploaded.filename,
                         std::string(MediaType(headers_[i].format)),
                         headers_[i].width,
                         headers_[i].height,
                         static_cast<std::int64_t>(uploaded.bytes->size())};
    recognition.reference = upload_.reference;
    recognition.timing = {Milliseconds(times_[i].decode), Milliseconds(times_[i].ink),
                          Milliseconds(duration), Milliseconds(Clock::now() - began_)};
    return recognition;
  }

  IdempotentAnswer AnswerToKeep(const PutGroup& group) const {
    return {key_, digest_, group.recognitions.front().recognition.created_at, location_, body_};
  }

  void ObserveStages(std::chrono::nanoseconds duration) {
    for (const StageTimes& times : times_) {
      context_->metrics.ObserveStage(Stage::kDecode, times.decode);
      context_->metrics.ObserveStage(Stage::kInk, times.ink);
    }
    context_->metrics.ObserveStage(Stage::kInference, duration);
  }

  void Answer(Status kept) {
    if (!kept.ok()) {
      return Refuse(
          ProblemFrom(std::move(kept).error().During("keep the answer"), ProblemKind::kInternal));
    }
    const auto now = Clock::now();
    if (context_->options.record) context_->metrics.ObserveStage(Stage::kStore, now - put_at_);
    context_->metrics.ObserveStage(Stage::kTotal, now - began_);
    if (leads_) {
      FinishKey(std::make_shared<IdempotentAnswer>(
          IdempotentAnswer{key_, digest_, Now(), location_, body_}));
    }
    exchange_->Respond(Created(std::move(location_), std::move(body_)));
  }

  Response Created(std::string location, std::string body) const {
    Response response;
    response.status = 201;
    response.content_type = "application/json";
    if (!location.empty()) response.headers.emplace_back("Location", std::move(location));
    response.headers.emplace_back("Cache-Control", "no-store");
    const Request& request = exchange_->request();
    if (request.endpoint->action == Action::kSubmitForm && PrefersHtml(request.Header("Accept"))) {
      return AnswerPage(std::move(response), body);
    }
    response.body = std::move(body);
    return response;
  }

  void RefusePicture(std::size_t i, Problem problem) {
    if (upload_.several) {
      problem.part = i + 1;
      problem.detail = "picture " + std::to_string(i + 1) + " (\"" + upload_.pictures[i].filename +
                       "\"): " + problem.detail;
    }
    Refuse(std::move(problem));
  }

  void Refuse(Problem problem) {
    FinishKey(nullptr);
    exchange_->Refuse(std::move(problem));
  }

  struct StageTimes {
    std::chrono::microseconds decode;
    std::chrono::microseconds ink;
  };

  const std::shared_ptr<ServiceContext> context_;
  const ExchangePtr exchange_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point put_at_;
  Upload upload_;
  std::vector<PictureHeader> headers_;
  std::vector<PreparedPicture> prepared_;
  std::vector<StageTimes> times_;
  std::string key_;  // scoped; empty: none was sent
  Sha256Digest digest_{};
  bool leads_ = false;
  std::string location_;
  std::string body_;
};

double QualityOf(std::string_view media_range) {
  const std::string quality = HeaderParameter(media_range, "q");
  return quality.empty() ? 1.0 : std::strtod(quality.c_str(), nullptr);
}

}  // namespace

bool PrefersHtml(std::string_view accept) {
  double html = 0;
  double json = 0;
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    const std::string_view range = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
    const std::string_view type = Trimmed(range.substr(0, range.find(';')));
    if (EqualsIgnoringCase(type, "text/html")) html = QualityOf(range);
    if (EqualsIgnoringCase(type, "application/json")) json = QualityOf(range);
  }
  return html > json;
}

void Submit(std::shared_ptr<ServiceContext> context, ExchangePtr exchange) {
  std::make_shared<Submission>(std::move(context), std::move(exchange))->Start();
}

}  // namespace glyphd::serving
