// The server behind a real socket, with a model and a store that tests can steer.

#include "serving/server.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serving/test_support.h"

namespace glyphd::serving {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr const char* kApi = "/api/v1/recognitions";

class ServerTest : public testing::Test {
 protected:
  void Serve() {
    options_.port = 0;
    auto started =
        Server::Start(options_, {std::make_shared<Recognizer>(classifier_), &store_, {}});
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(*started);
  }
  Answer Ask(const std::string& request) {
    RawClient client(server_->port());
    client.Send(request);
    return client.Receive();
  }
  Answer PostPicture(std::string_view more = "", const std::string& picture = StrokeBmp()) {
    return Ask(Post(kApi, "image/bmp", picture, more));
  }
  static std::string IdIn(const Answer& answer) {
    const auto at = answer.body.find("\"id\":\"");
    return at == std::string::npos ? "" : answer.body.substr(at + 6, 36);
  }

  ServerOptions options_ = [] {
    ServerOptions options;
    options.access_log = false;
    return options;
  }();
  std::shared_ptr<FakeClassifier> classifier_ = std::make_shared<FakeClassifier>();
  MemoryStore store_;
  std::unique_ptr<Server> server_;
};

// --- the upload in its forms ---

TEST_F(ServerTest, EveryFormOfAPictureIsReadAndKept) {
  Serve();
  const std::string json = R"({"image":")" + ToBase64(AsBytes(StrokeBmp())) + "\"}";
  for (const std::string& request :
       {Post(kApi, "image/bmp", StrokeBmp()), Post(kApi, "", StrokeBmp()),
        Post(kApi, "image/png", StrokeBmp()),  // the bytes decide, not the declared type
        Post(kApi, "application/octet-stream", StrokeBmp()), Post(kApi, "application/json", json),
        Post(kApi, kFormType, Form({StrokeBmp()})),
        Post("/upload", kFormType, Form({StrokeBmp()}))}) {
    const Answer answer = Ask(request);
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.headers.at("location"), std::string(kApi) + "/" + IdIn(answer));
    EXPECT_THAT(answer.body, HasSubstr("\"text\":\"7\""));
    EXPECT_THAT(answer.body, HasSubstr("\"media_type\":\"image/bmp\""));
    EXPECT_FALSE(answer.headers.at("x-request-id").empty());
  }
  EXPECT_EQ(store_.puts, 7);
}

TEST_F(ServerTest, ChunkedUploadsAreRead) {
  Serve();
  const std::string picture = StrokeBmp();
  char size[16];
  std::snprintf(size, sizeof size, "%zx", picture.size());
  const Answer answer = Ask(std::string("POST ") + kApi +
                            " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
                            size + "\r\n" + picture + "\r\n0\r\n\r\n");
  EXPECT_EQ(answer.status, 201) << answer.body;
}

TEST_F(ServerTest, SeveralPicturesAreOneAnswerWithoutLocation) {
  Serve();
  const Answer answer = Ask(Post(kApi, kFormType, Form({StrokeBmp(28, 0), StrokeBmp(28, 9)})));
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_FALSE(answer.headers.contains("location"));
  EXPECT_THAT(answer.body, testing::StartsWith("{\"recognitions\":[{"));
  EXPECT_EQ(store_.puts, 1) << "kept as one group";
}

TEST_F(ServerTest, SeveralPicturesAreAllOrNothingAndTheProblemNamesThePart) {
  Serve();
  const Answer answer = Ask(Post(kApi, kFormType, Form({StrokeBmp(), "no picture", StrokeBmp()})));
  EXPECT_EQ(answer.status, 415);
  EXPECT_THAT(answer.body, HasSubstr("\"part\":2"));
  EXPECT_THAT(answer.body, HasSubstr("p2.bmp"));
  EXPECT_EQ(store_.puts, 0);
}

TEST_F(ServerTest, ALargePictureIsReadByAWorker) {
  Serve();
  EXPECT_EQ(PostPicture("", StrokeBmp(1200)).status, 201);
}

TEST_F(ServerTest, TheClassicFormAnswersHtmlToABrowser) {
  Serve();
  const Answer answer =
      Ask(Post("/upload", kFormType, Form({StrokeBmp()}), "Accept: text/html,*/*;q=0.8\r\n"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.headers.at("content-type"), HasSubstr("text/html"));
  EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
}

TEST_F(ServerTest, WithoutRecordingNothingIsKept) {
  options_.record = false;
  Serve();
  EXPECT_EQ(PostPicture().status, 201);
  EXPECT_EQ(store_.puts, 0);
  EXPECT_EQ(Ask(Get(kApi)).status, 503);
}

// --- bad input ---

TEST_F(ServerTest, BadUploadsAreRefusedWithTheirStatus) {
  options_.max_body_bytes = 100'000;
  Serve();
  const auto status = [&](std::string_view type, std::string_view body) {
    return Ask(Post(kApi, type, body)).status;
  };
  EXPECT_EQ(status("image/png", ""), 400);
  EXPECT_EQ(status("image/png", "hello"), 415);
  EXPECT_EQ(status("text/plain", StrokeBmp()), 415);
  EXPECT_EQ(status("image/png", HollowPng(28, 28)), 422);
  EXPECT_EQ(status("image/png", HollowPng(20'000, 20'000)), 422);
  EXPECT_EQ(status("multipart/form-data", "x"), 400);
  EXPECT_EQ(status(kFormType, "--XX--"), 400);
  EXPECT_EQ(status("application/json", "{\"image\":\"!\"}"), 400);
  EXPECT_EQ(status("image/png", std::string(100'001, 'x')), 413);
  EXPECT_EQ(status(kFormType, Form(std::vector<std::string>(1001, "x"))), 413);
  EXPECT_EQ(store_.puts, 0);
}

TEST_F(ServerTest, ThePixelLimitIsNamed) {
  Serve();
  const Answer answer = PostPicture("", HollowPng(20'000, 20'000));
  EXPECT_THAT(answer.body, HasSubstr("/problems/pixel-limit"));
  EXPECT_THAT(answer.body, HasSubstr("50000000"));
}

TEST_F(ServerTest, UnknownPathsMethodsAndParametersAreRefused) {
  Serve();
  EXPECT_EQ(Ask(Get("/nowhere")).status, 404);
  EXPECT_EQ(Ask(Get("/../../etc/passwd")).status, 404);
  EXPECT_EQ(Ask(Get("/%2e%2e/x")).status, 404);
  EXPECT_EQ(Ask(Get(std::string(kApi) + "/not-an-id")).status, 404);
  EXPECT_EQ(Ask(Get(std::string(kApi) + "/00000000-0000-7000-8000-000000000000")).status, 404);
  const Answer method = Ask(Post("/livez", "", ""));
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.headers.at("allow"), "GET, HEAD, OPTIONS");
  const Answer parameter = Ask(Get(std::string(kApi) + "?limit=5&frob=1"));
  EXPECT_EQ(parameter.status, 400);
  EXPECT_THAT(parameter.body, HasSubstr("frob"));
  EXPECT_EQ(Ask(Get(std::string(kApi) + "?limit=5&limit=6")).status, 400);
  EXPECT_EQ(Ask(Get(std::string(kApi) + "?cursor=zzz")).status, 400);
  EXPECT_EQ(Ask(Get("/livez?x=1")).status, 400);
  EXPECT_EQ(Ask(Get("/%zz")).status, 400);
  EXPECT_EQ(Ask("OPTIONS /upload HTTP/1.1\r\nHost: h\r\n\r\n").headers.at("allow"),
            "POST, OPTIONS");
}

TEST_F(ServerTest, WhatIsNotHttpGetsAProblemAndTheConnectionEnds) {
  Serve();
  RawClient client(server_->port());
  client.Send("\x16\x03\x01\x02 nonsense\r\n\r\n");
  const Answer answer = client.Receive();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(ServerTest, AnEndlessHeaderIsRefused) {
  Serve();
  EXPECT_EQ(Ask("GET /" + std::string(100'000, 'a')).status, 431);
  EXPECT_EQ(Ask(Get("/livez", "X: " + std::string(40'000, 'a') + "\r\n")).status, 431);
}

// --- connections ---

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Serve();
  RawClient client(server_->port());
  client.Send(Post(kApi, "", StrokeBmp(), "X-Request-Id: one\r\n") +
              Get("/livez", "X-Request-Id: two\r\n") + Get(kApi, "X-Request-Id: three\r\n"));
  EXPECT_EQ(client.Receive().headers.at("x-request-id"), "one");
  EXPECT_EQ(client.Receive().headers.at("x-request-id"), "two");
  EXPECT_EQ(client.Receive().headers.at("x-request-id"), "three");
}

TEST_F(ServerTest, ARefusalOfASmallBodyKeepsTheConnection) {
  Serve();
  RawClient client(server_->port());
  client.Send(Post(kApi, "text/plain", "hello"));
  EXPECT_EQ(client.Receive().status, 415);
  client.Send(Get("/livez"));
  EXPECT_EQ(client.Receive().status, 200);
}

TEST_F(ServerTest, TheTooLargeAnswerReachesAClientThatIsStillSending) {
  options_.max_body_bytes = 1000;
  Serve();
  RawClient client(server_->port());
  const std::string body(20'000'000, 'x');
  EXPECT_TRUE(client.Send(Post(kApi, "image/png", body)));
  const Answer answer = client.Receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("1000"));
}

TEST_F(ServerTest, AChunkedBodyIsCounted) {
  options_.max_body_bytes = 1000;
  Serve();
  const Answer answer = Ask(std::string("POST ") + kApi +
                            " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                            std::string(2000, 'x') + "\r\n");
  EXPECT_EQ(answer.status, 413);
}

TEST_F(ServerTest, ExpectationIsHonouredBeforeTheBodyIsSent) {
  options_.max_body_bytes = 10'000;
  Serve();
  const std::string picture = StrokeBmp();
  const std::string request = Post(kApi, "", picture, "Expect: 100-continue\r\n");
  RawClient client(server_->port());
  client.Send(request.substr(0, request.size() - picture.size()));
  EXPECT_EQ(client.Receive(true).status, 100);
  client.Send(picture);
  EXPECT_EQ(client.Receive().status, 201);
  RawClient large(server_->port());
  large.Send(std::string("POST ") + kApi +
             " HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(large.Receive().status, 413) << "the final answer, without a 100 before";
}

TEST_F(ServerTest, SlowHeadersAndBodiesTimeOut) {
  options_.header_timeout = milliseconds(40);
  options_.body_timeout = milliseconds(40);
  Serve();
  EXPECT_EQ(Ask("GET /livez HT").status, 408);
  EXPECT_EQ(Ask("GET /livez HTTP/1.1\r\n").status, 408) << "cut between two lines";
  EXPECT_EQ(Ask(std::string("POST ") + kApi + " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab")
                .status,
            408);
  RawClient silent(server_->port());
  EXPECT_TRUE(silent.AtEnd()) << "nothing was asked, so nothing is said";
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreToldToComeBack) {
  options_.max_connections = 2;
  Serve();
  RawClient one(server_->port());
  RawClient two(server_->port());
  one.Send(Get("/livez"));
  two.Send(Get("/livez"));
  EXPECT_EQ(one.Receive().status, 200);
  EXPECT_EQ(two.Receive().status, 200);
  RawClient three(server_->port());
  const Answer answer = three.Receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
}

TEST_F(ServerTest, ABodyWaitsForMemoryAndIsThenRefused) {
  options_.memory_budget_bytes = 400'000;  // bodies: 100,000
  options_.queue_timeout = milliseconds(40);
  Serve();
  RawClient holder(server_->port());
  holder.Send(std::string("POST ") + kApi +
              " HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(holder.Receive(true).status, 100);
  const Answer answer = PostPicture("", std::string(20'000, 'x'));
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
}

TEST_F(ServerTest, APictureThatNeedsMoreThanTheBudgetIsRefused) {
  options_.memory_budget_bytes = 1'000'000;
  options_.queue_timeout = milliseconds(40);
  Serve();
  EXPECT_EQ(PostPicture("", HollowPng(2000, 2000)).status, 503);
}

TEST_F(ServerTest, OldClientsKeepTheirConnectionOnlyWhenTheyAsk) {
  Serve();
  RawClient client(server_->port());
  client.Send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.Receive().headers.at("connection"), "keep-alive");
  client.Send("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.Receive().headers.at("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  Serve();
  RawClient client(server_->port());
  client.Send("HEAD /livez HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/livez"));
  EXPECT_EQ(client.Receive(true).headers.at("content-length"), "6");
  EXPECT_EQ(client.Receive().body, "alive\n");
}

// --- records ---

TEST_F(ServerTest, AKeptRecognitionCanBeFoundSeenCorrectedAndDeleted) {
  Serve();
  const std::string record = std::string(kApi) + "/" + IdIn(PostPicture());
  EXPECT_EQ(Ask(Get(record)).status, 200);
  const Answer image = Ask(Get(record + "/image"));
  EXPECT_EQ(image.body, StrokeBmp());
  EXPECT_EQ(image.headers.at("content-type"), "image/bmp");
  EXPECT_THAT(image.headers.at("content-disposition"), HasSubstr("filename="));
  EXPECT_EQ(
      Ask(Get(record + "/image", "If-None-Match: " + image.headers.at("etag") + "\r\n")).status,
      304);
  const std::string body = "{\"text\":\"1\"}";
  const Answer corrected =
      Ask("PUT " + record + "/correction HTTP/1.1\r\nHost: h\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(corrected.status, 200) << corrected.body;
  EXPECT_THAT(Ask(Get(record + "/corrections")).body, HasSubstr("\"text\":\"1\""));
  EXPECT_EQ(Ask("DELETE " + record + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 204);
  for (const char* tail : {"", "/image", "/corrections"}) {
    EXPECT_EQ(Ask(Get(record + tail)).status, 404) << tail;
  }
  EXPECT_EQ(Ask("DELETE " + record + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
}

TEST_F(ServerTest, AFullDiskIsSaidAndNothingIsAnswered) {
  Serve();
  store_.full = true;
  const Answer answer = PostPicture();
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("disk is full"));
  const Answer ready = Ask(Get("/readyz"));
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("\"status\":\"unavailable\""));
}

// --- idempotency ---

TEST_F(ServerTest, ARetryWithTheSameKeyGetsTheSameAnswerAndNoSecondRecord) {
  Serve();
  const Answer first = PostPicture("Idempotency-Key: k1\r\n");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_FALSE(first.headers.contains("idempotency-replayed"));
  const Answer again = PostPicture("Idempotency-Key: k1\r\n");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("location"), first.headers.at("location"));
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(PostPicture("Idempotency-Key: k1\r\n", StrokeBmp(28, 9)).status, 422);
  EXPECT_EQ(Ask(Post(std::string(kApi) + "?layout=line", "image/bmp", StrokeBmp(),
                     "Idempotency-Key: k1\r\n"))
                .status,
            422);
  EXPECT_EQ(PostPicture("Idempotency-Key: \r\n").status, 400);
  EXPECT_EQ(store_.puts, 1);
}

TEST_F(ServerTest, AConcurrentDuplicateWaitsForTheFirst) {
  std::promise<void> reading;
  std::promise<void> go_on;
  std::shared_future<void> gate = go_on.get_future().share();
  std::atomic<int> calls{0};
  classifier_->before = [&] {
    if (calls++ == 0) {
      reading.set_value();
      gate.wait();
    }
  };
  Serve();
  RawClient one(server_->port());
  RawClient two(server_->port());
  const std::string request = Post(kApi, "", StrokeBmp(1200), "Idempotency-Key: k\r\n");
  one.Send(request);
  reading.get_future().wait();
  two.Send(request);
  std::this_thread::sleep_for(milliseconds(50));
  go_on.set_value();
  const Answer first = one.Receive();
  const Answer second = two.Receive();
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(store_.puts, 1);
}

TEST_F(ServerTest, AfterAFailureTheSameKeyMayTryAgain) {
  Serve();
  store_.full = true;
  EXPECT_EQ(PostPicture("Idempotency-Key: k\r\n").status, 503);
  store_.full = false;
  EXPECT_EQ(PostPicture("Idempotency-Key: k\r\n").status, 201);
}

// --- operation ---

TEST_F(ServerTest, HealthMetricsAndDocumentsAreServed) {
  Serve();
  EXPECT_EQ(Ask(Get("/livez")).status, 200);
  EXPECT_THAT(Ask(Get("/readyz")).body, HasSubstr("\"status\":\"ready\""));
  PostPicture();
  const std::string metrics = Ask(Get("/metrics")).body;
  EXPECT_THAT(metrics, HasSubstr("glyphd_http_requests_total{method=\"POST\",route=\"" +
                                 std::string(kApi) + "\",status=\"201\"} 1"));
  for (const char* name : {"glyphd_stage_seconds_bucket{stage=\"inference\"", "glyphd_model_info",
                           "glyphd_store_records 1", "process_resident_memory_bytes"}) {
    EXPECT_THAT(metrics, HasSubstr(name));
  }
  EXPECT_THAT(Ask(Get("/openapi.json")).body, HasSubstr("\"openapi\""));
  EXPECT_EQ(Ask(Get("/docs")).status, 200);
  EXPECT_EQ(Ask(Get("/problems/pixel-limit")).status, 200);
  EXPECT_EQ(Ask(Get("/problems/nothing")).status, 404);
}

TEST_F(ServerTest, ATakenPortIsNamed) {
  Serve();
  options_.port = server_->port();
  const auto second =
      Server::Start(options_, {std::make_shared<Recognizer>(classifier_), &store_, {}});
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(options_.port)));
}

TEST_F(ServerTest, StoppingFinishesWhatIsUnderWayAndClosesTheRest) {
  std::promise<void> reading;
  std::promise<void> go_on;
  classifier_->before = [&] {
    reading.set_value();
    go_on.get_future().wait();
  };
  Serve();
  RawClient idle(server_->port());
  RawClient busy(server_->port());
  busy.Send(Post(kApi, "", StrokeBmp(1200)));
  reading.get_future().wait();
  auto stopped =
      std::async(std::launch::async, [&] { return server_->Stop(milliseconds(30'000)); });
  EXPECT_TRUE(idle.AtEnd());
  go_on.set_value();
  const Answer answer = busy.Receive();
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(stopped.get());
}

TEST_F(ServerTest, StoppingDoesNotWaitForeverForASlowClient) {
  Serve();
  RawClient slow(server_->port());
  slow.Send(std::string("POST ") + kApi +
            " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow.Receive(true).status, 100);
  EXPECT_FALSE(server_->Stop(milliseconds(30)));
}

TEST_F(ServerTest, ManyClientsAtOnceGetTheirOwnAnswers) {
  Serve();
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      RawClient client(server_->port());
      for (int i = 0; i < 20; ++i) {
        const std::string id = std::to_string(c) + "-" + std::to_string(i);
        client.Send(Post(std::string(kApi) + "?reference=" + id, "", StrokeBmp(28, c * 20 + i),
                         "X-Request-Id: " + id + "\r\n"));
        const Answer answer = client.Receive();
        EXPECT_EQ(answer.status, 201);
        EXPECT_EQ(answer.headers.at("x-request-id"), id);
        EXPECT_THAT(answer.body, HasSubstr("\"reference\":\"" + id + "\""));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(store_.puts, 160);
}

}  // namespace
}  // namespace glyphd::serving
