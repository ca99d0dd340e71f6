// The parts that need no socket: parsing, routing, access, budgets, problems.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serving/access_policy.h"
#include "serving/idempotency.h"
#include "serving/memory_pool.h"
#include "serving/multipart.h"
#include "serving/record_requests.h"
#include "serving/request_parser.h"
#include "serving/router.h"
#include "serving/service.h"
#include "serving/submission.h"
#include "serving/test_support.h"
#include "serving/upload.h"
#include "serving/url.h"
#include "serving/utf8.h"

namespace glyphd::serving {
namespace {

using testing::HasSubstr;

std::string Text(ByteView bytes) { return std::string(AsText(bytes)); }

// --- multipart ---

TEST(Multipart, PartsComeInOrderWithTheirNamesAndVeryBytes) {
  const std::string body =
      "ignored preamble\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; "
      "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\r\n--bx\r\n\r\n--b \r\n"
      "content-disposition:form-data;name=layout\r\n\r\nline\r\n--b--\r\nepilogue";
  const auto parts = ParseMultipart(AsBytes(body), "b", 10);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "image");
  EXPECT_EQ((*parts)[0].filename, "a.png");
  EXPECT_EQ(Text((*parts)[0].content), "\r\n--bx\r\n");
  EXPECT_EQ((*parts)[1].name, "layout");
  EXPECT_EQ(Text((*parts)[1].content), "line");
}

TEST(Multipart, ContentThatLooksLikeADelimiterStaysContent) {
  const std::string content("\r\n--boundary2\r\n\0--boundary\r--boundary", 38);
  const std::string body = "--boundary\r\n\r\n" + content + "\r\n--boundary--";
  const auto parts = ParseMultipart(AsBytes(body), "boundary", 10);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_EQ(Text((*parts)[0].content), content);
}

TEST(Multipart, EmptyContentIsEmptyInBothSpellings) {
  for (const char* body : {"--b\r\nA: b\r\n\r\n\r\n--b--", "--b\r\nA: b\r\n\r\n--b--"}) {
    const auto parts = ParseMultipart(AsBytes(body), "b", 10);
    ASSERT_TRUE(parts.ok()) << body;
    ASSERT_EQ(parts->size(), 1U);
    EXPECT_TRUE((*parts)[0].content.empty());
  }
}

TEST(Multipart, EveryTruncationIsAnErrorAndNeverMore) {
  const std::string whole = Form({StrokeBmp(8), "x"});
  for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
    EXPECT_FALSE(ParseMultipart(AsBytes(whole.substr(0, size)), "XX", 10).ok()) << size;
  }
}

TEST(Multipart, OnePartTooManyIsRefusedByNumber) {
  const auto parts = ParseMultipart(AsBytes(Form({"1", "2", "3"})), "XX", 2);
  ASSERT_FALSE(parts.ok());
  EXPECT_EQ(parts.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(parts.error().message, HasSubstr("2 parts"));
}

TEST(Multipart, NamesComeInEverySpellingThatClientsUse) {
  EXPECT_EQ(ParseDisposition("form-data; name=image; filename=a.png").filename, "a.png");
  EXPECT_EQ(ParseDisposition("form-data; filename=\"a;b=\\\"c\\\".png\"; name=\"i\"").name, "i");
  EXPECT_EQ(ParseDisposition("form-data; filename=\"a;b=\\\"c\\\".png\"").filename,
            "a;b=\"c\".png");
  EXPECT_EQ(ParseDisposition("form-data; filename=\"C:\\dir\\x.png\"").filename, "C:\\dir\\x.png");
  EXPECT_EQ(ParseDisposition("form-data; filename=\"数字.png\"").filename, "数字.png");
  EXPECT_EQ(ParseDisposition("form-data; filename=x; filename*=utf-8''%E6%95%B0.png").filename,
            "数.png");
  EXPECT_EQ(ParseDisposition("form-data; filename=\"a%22b.png\"").filename, "a\"b.png");
}

TEST(Multipart, TheBoundaryMayBeQuotedAndMustBeThere) {
  EXPECT_EQ(*BoundaryOf("multipart/form-data; charset=utf-8; boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(*BoundaryOf("multipart/form-data;BOUNDARY=xyz"), "xyz");
  EXPECT_FALSE(BoundaryOf("multipart/form-data").ok());
  EXPECT_FALSE(BoundaryOf("multipart/form-data; boundary=").ok());
}

// --- uploads ---

Request UploadRequest(std::string_view content_type, std::string_view body) {
  Request request;
  request.headers.Add("Content-Type", content_type);
  request.body = std::make_shared<Bytes>(body.begin(), body.end());
  return request;
}

std::string DetailOf(const std::variant<Upload, Problem>& outcome) {
  const auto* problem = std::get_if<Problem>(&outcome);
  return problem == nullptr ? "accepted" : problem->detail;
}

TEST(Upload, TheQueryWinsOverTheForm) {
  const std::string form =
      "--XX\r\nContent-Disposition: form-data; name=layout\r\n\r\npage\r\n--XX\r\n"
      "Content-Disposition: form-data; name=reference\r\n\r\nmine\r\n" +
      Form({"x"});
  Request request = UploadRequest(kFormType, form);
  request.query = {{"layout", "line"}};
  const auto outcome = ParseUpload(request, 10);
  ASSERT_TRUE(std::holds_alternative<Upload>(outcome)) << DetailOf(outcome);
  EXPECT_EQ(std::get<Upload>(outcome).layout, Layout::kLine);
  EXPECT_EQ(std::get<Upload>(outcome).reference, "mine");
}

TEST(Upload, RawBodiesAreSharedAndNamedByTheirDisposition) {
  Request request = UploadRequest("image/png", "bytes");
  request.headers.Add("Content-Disposition", "attachment; filename=\"dir/数.png\"");
  const auto upload = std::get<Upload>(ParseUpload(request, 10));
  EXPECT_EQ(upload.pictures[0].bytes, request.body);
  EXPECT_EQ(upload.pictures[0].filename, "数.png");
}

TEST(Upload, JsonCarriesThePictureInBase64) {
  const auto upload = std::get<Upload>(
      ParseUpload(UploadRequest("application/json; charset=utf-8",
                                R"({"image":"data:image/png;base64,aGk=","filename":"a.png"})"),
                  10));
  EXPECT_EQ(Text(*upload.pictures[0].bytes), "hi");
  EXPECT_EQ(upload.pictures[0].filename, "a.png");
}

TEST(Upload, EveryMistakeIsNamed) {
  const auto detail = [](std::string_view type, std::string_view body) {
    return DetailOf(ParseUpload(UploadRequest(type, body), 10));
  };
  EXPECT_THAT(detail("image/png", ""), HasSubstr("no body"));
  EXPECT_THAT(detail("application/json", "{"), HasSubstr("not JSON"));
  EXPECT_THAT(detail("application/json", "[]"), HasSubstr("no object"));
  EXPECT_THAT(detail("application/json", "{}"), HasSubstr("missing"));
  EXPECT_THAT(detail("application/json", R"({"image":"a b="})"), HasSubstr("base64"));
  EXPECT_THAT(detail("application/json", R"({"image":7})"), HasSubstr("no string"));
  EXPECT_THAT(detail("application/json", R"({"imag":"eA=="})"), HasSubstr("\"imag\""));
  EXPECT_THAT(detail("application/json", R"({"image":""})"), HasSubstr("no bytes"));
  EXPECT_THAT(detail("application/json", std::string(100'000, '[')), HasSubstr("deep"));
  EXPECT_THAT(detail("multipart/form-data", "x"), HasSubstr("boundary"));
  EXPECT_THAT(
      detail(kFormType, "--XX\r\nContent-Disposition: form-data; name=picture\r\n\r\nx\r\n--XX--"),
      HasSubstr("\"picture\""));
}

TEST(Upload, AReferenceIsCountedInCharacters) {
  Request request = UploadRequest("image/png", "x");
  std::string reference;
  for (int i = 0; i < 200; ++i) reference += "字";
  request.query = {{"reference", reference}};
  EXPECT_EQ(DetailOf(ParseUpload(request, 1)), "accepted");
  request.query[0].value += "x";
  EXPECT_THAT(DetailOf(ParseUpload(request, 1)), HasSubstr("201"));
  request.query[0].value = "\xFF";
  EXPECT_THAT(DetailOf(ParseUpload(request, 1)), HasSubstr("UTF-8"));
}

TEST(Upload, TheTypeRoutes) {
  EXPECT_EQ(UploadFormOf(""), UploadForm::kRaw);
  EXPECT_EQ(UploadFormOf("Image/Whatever"), UploadForm::kRaw);
  EXPECT_EQ(UploadFormOf("application/octet-stream"), UploadForm::kRaw);
  EXPECT_EQ(UploadFormOf("application/json;x"), UploadForm::kJson);
  EXPECT_EQ(UploadFormOf("text/plain"), std::nullopt);
  EXPECT_EQ(UploadFormOf("application/x-www-form-urlencoded"), std::nullopt);
}

// --- addresses ---

TEST(Url, TakesTargetsApart) {
  const auto target = ParseTarget("/a%20b/c?x=1+2&y&z=%E5%AD%97&&q=a%2Bb");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/a b/c");
  ASSERT_EQ(target->query.size(), 4U);
  EXPECT_EQ(target->query[0].value, "1 2");
  EXPECT_EQ(target->query[1].name, "y");
  EXPECT_EQ(target->query[2].value, "字");
  EXPECT_EQ(target->query[3].value, "a+b");
  EXPECT_EQ(ParseTarget("http://host:1/p?q=1")->path, "/p");
  EXPECT_EQ(ParseTarget("http://host")->path, "/");
}

TEST(Url, RefusesBrokenEscapesAndNul) {
  for (const char* target : {"/%", "/%4", "/%zz", "/a%00b", "/?a=%0", "/?%g0=1"}) {
    EXPECT_FALSE(ParseTarget(target).ok()) << target;
  }
}

TEST(Utf8, CountsCharactersAndMendsWhatIsBroken) {
  EXPECT_EQ(CountCharacters("aé字😀"), 4U);
  for (const char* bad : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE5\xAD"}) {
    EXPECT_EQ(CountCharacters(bad), std::nullopt);
    EXPECT_TRUE(CountCharacters(ToValidUtf8(bad)).has_value());
  }
  EXPECT_EQ(FirstCharacters("字字字", 2), "字字");
}

// --- routes ---

TEST(Router, KnowsPathsMethodsAndIds) {
  EXPECT_EQ(MatchRoute("POST", "/api/v1/recognitions")->endpoint->action, Action::kSubmit);
  const auto image = MatchRoute("HEAD", "/api/v1/recognitions/abc/image");
  EXPECT_EQ(image->endpoint->action, Action::kPicture);
  EXPECT_EQ(image->argument, "abc");
  EXPECT_EQ(MatchRoute("PATCH", "/api/v1/recognitions")->endpoint, nullptr);
  EXPECT_EQ(MatchRoute("PATCH", "/api/v1/recognitions")->allow, "POST, GET, HEAD, OPTIONS");
  for (const char* path : {"/nowhere", "/api/v1/recognitions/", "/api/v1/recognitions/a/b",
                           "/../etc/passwd", "/assets/../../x", ""}) {
    EXPECT_FALSE(MatchRoute("GET", path).has_value()) << path;
  }
}

TEST(ListQuery, RefusesEveryBadValueByName) {
  const auto detail = [](const char* name, const char* value) {
    const auto parsed = ParseListQuery({{name, value}});
    const auto* problem = std::get_if<Problem>(&parsed);
    return problem == nullptr ? std::string("accepted") : problem->detail;
  };
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, const char*>>{{"limit", "0"},
                                                        {"limit", "1001"},
                                                        {"limit", "5x"},
                                                        {"limit", ""},
                                                        {"since", "today"},
                                                        {"until", "2026-13-01T00:00:00Z"},
                                                        {"min_confidence", "1.5"},
                                                        {"max_confidence", "nan"},
                                                        {"needs_review", "yes"},
                                                        {"corrected", "1"},
                                                        {"text", "\xFF"}}) {
    EXPECT_THAT(detail(name, value), HasSubstr(name)) << value;
  }
  EXPECT_EQ(detail("since", "2026-11-23T01:30:00 02:00"), "accepted");
  EXPECT_EQ(detail("limit", "1000"), "accepted");
  EXPECT_EQ(detail("text", ""), "accepted");
}

TEST(Correction, IsTextOrNullAndNothingElse) {
  EXPECT_EQ(*std::get<0>(ParseCorrection(R"({"text":"42"})")), "42");
  EXPECT_EQ(std::get<0>(ParseCorrection(R"({"text":null})")), std::nullopt);
  for (const char* bad : {"", "{}", "[]", "{\"text\":4}", "{\"text\":\"4\",\"x\":1}", "nul"}) {
    EXPECT_TRUE(std::holds_alternative<Problem>(ParseCorrection(bad))) << bad;
  }
  EXPECT_TRUE(std::holds_alternative<Problem>(
      ParseCorrection("{\"text\":\"" + std::string(1001, '4') + "\"}")));
}

TEST(Accept, HtmlOnlyWhereItIsPreferred) {
  EXPECT_TRUE(PrefersHtml("text/html,application/xhtml+xml,*/*;q=0.8"));
  EXPECT_TRUE(PrefersHtml("application/json;q=0.5, text/html"));
  EXPECT_FALSE(PrefersHtml("*/*"));
  EXPECT_FALSE(PrefersHtml(""));
  EXPECT_FALSE(PrefersHtml("text/html;q=0.5, application/json"));
}

// --- access ---

std::optional<Problem> JudgeOn(const std::string& address, const char* method, const char* path,
                               const std::vector<std::pair<const char*, const char*>>& headers) {
  const AccessPolicy policy(address, std::nullopt);
  Request request;
  for (const auto& [name, value] : headers) request.headers.Add(name, value);
  request.endpoint = MatchRoute(method, path)->endpoint;
  return policy.Judge(request);
}

TEST(Access, WithoutKeysElsewhereOnlyDeletingIsRefused) {
  const char* record = "/api/v1/recognitions/x";
  EXPECT_FALSE(JudgeOn("0.0.0.0", "GET", record, {}).has_value());
  EXPECT_FALSE(JudgeOn("0.0.0.0", "POST", "/upload", {}).has_value());
  const auto problem = JudgeOn("0.0.0.0", "DELETE", record, {});
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->kind, ProblemKind::kForbidden);
  EXPECT_FALSE(JudgeOn("127.0.0.1", "DELETE", record, {{"Host", "localhost:8000"}}).has_value());
  EXPECT_THAT(AccessPolicy("0.0.0.0", std::nullopt).StartWarning(), HasSubstr("API keys"));
  EXPECT_EQ(AccessPolicy("::1", std::nullopt).StartWarning(), "");
}

TEST(Access, OnLoopbackForeignPagesAndReboundNamesAreRefused) {
  const char* list = "/api/v1/recognitions";
  EXPECT_TRUE(JudgeOn("127.0.0.1", "GET", list, {{"Host", "evil.example:8000"}}).has_value());
  EXPECT_FALSE(JudgeOn("127.0.0.1", "GET", list, {{"Host", "[::1]:8000"}}).has_value());
  EXPECT_TRUE(JudgeOn("127.0.0.1", "POST", list,
                      {{"Host", "localhost:8000"}, {"Origin", "https://evil.example"}})
                  .has_value());
  EXPECT_FALSE(JudgeOn("127.0.0.1", "POST", list,
                       {{"Host", "localhost:8000"}, {"Origin", "http://localhost:8000"}})
                   .has_value());
  EXPECT_FALSE(JudgeOn("127.0.0.1", "GET", "/livez", {{"Host", "evil.example"}}).has_value());
}

TEST(RequestId, IsTheClientsOnlyWhenItIsSane) {
  EXPECT_EQ(RequestIdFor("abc-1.2_3"), "abc-1.2_3");
  EXPECT_NE(RequestIdFor("a b"), "a b");
  EXPECT_NE(RequestIdFor(std::string(129, 'a')), std::string(129, 'a'));
  EXPECT_NE(RequestIdFor(""), RequestIdFor(""));
}

// --- memory and keys ---

TEST(MemoryPool, WaitersAreServedInOrderWhenMemoryComesBack) {
  const auto pool = std::make_shared<MemoryPool>(100);
  auto first = pool->TryReserve(80);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(pool->TryReserve(30).has_value());
  std::vector<int> order;
  std::vector<std::shared_ptr<Reservation>> held;
  const auto wait = [&](int number, std::size_t bytes) {
    return pool->Wait(bytes, [&, number](std::shared_ptr<Reservation> memory) {
      order.push_back(number);
      held.push_back(std::move(memory));
    });
  };
  wait(1, 60);
  const auto second = wait(2, 50);
  wait(3, 10);
  EXPECT_FALSE(pool->TryReserve(10).has_value()) << "nobody overtakes those who wait";
  first->Release();
  EXPECT_EQ(order, std::vector<int>({1}));
  EXPECT_TRUE(pool->Cancel(second));
  EXPECT_EQ(order, std::vector<int>({1, 3}));
  EXPECT_EQ(pool->reserved(), 70U);
  held.clear();
  EXPECT_EQ(pool->reserved(), 0U);
}

TEST(MemoryPool, ABlockedReservationEndsByReleaseOrByTime) {
  const auto pool = std::make_shared<MemoryPool>(10);
  auto first = pool->TryReserve(10);
  EXPECT_FALSE(pool->ReserveWithin(5, std::chrono::milliseconds(1)).has_value());
  EXPECT_FALSE(pool->ReserveWithin(11, std::chrono::hours(1)).has_value()) << "never, so at once";
  std::thread other([&] { first->Release(); });
  EXPECT_TRUE(pool->ReserveWithin(10, std::chrono::seconds(30)).has_value());
  other.join();
  EXPECT_EQ(pool->reserved(), 0U);
}

TEST(KeysUnderWay, OneLeadsAndTheOthersWait) {
  KeysUnderWay keys;
  int told = 0;
  const auto waiter = [&](const AnswerPtr& answer) { told += answer ? 10 : 1; };
  EXPECT_EQ(keys.ClaimKey("k", waiter), KeysUnderWay::Claim::kLead);
  EXPECT_EQ(keys.ClaimKey("k", waiter), KeysUnderWay::Claim::kWait);
  keys.Finish("k", nullptr);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(keys.ClaimKey("k", waiter), KeysUnderWay::Claim::kLead);
  EXPECT_EQ(keys.ClaimKey("k", waiter), KeysUnderWay::Claim::kWait);
  keys.Finish("k", std::make_shared<IdempotentAnswer>());
  EXPECT_EQ(told, 11);
}

// --- HTTP ---

TEST(RequestParser, AnyCutOfTheBytesGivesTheSameRequest) {
  const std::string wire =
      "\r\nPOST /x?y=1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
      "\r\n4\r\nabcd\r\n1;ext=1\r\ne\r\n0\r\nTrailer: t\r\n\r\n";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    Request request;
    RequestParser parser({}, request);
    std::string pending;
    bool finished = false;
    for (std::size_t at = 0; at < wire.size(); at += step) {
      pending += wire.substr(at, step);
      RequestParser::Step fed{};
      do {
        fed = parser.Feed(pending);
        pending.erase(0, fed.consumed);
        ASSERT_NE(fed.state, RequestParser::State::kError) << parser.problem()->detail;
        finished = finished || fed.state == RequestParser::State::kDone;
      } while (fed.consumed > 0 && !pending.empty() && !finished);
    }
    ASSERT_TRUE(finished) << step;
    EXPECT_EQ(Text(*request.body), "abcde");
    EXPECT_EQ(request.target, "/x?y=1");
    EXPECT_FALSE(request.headers.Find("Trailer").has_value());
  }
}

std::optional<ProblemKind> KindFor(const std::string& wire) {
  Request request;
  RequestParser parser({.header_bytes = 1024, .body_bytes = 8}, request);
  auto step = parser.Feed(wire);
  if (step.state == RequestParser::State::kHead && !parser.problem() && !parser.done()) {
    step = parser.Feed(std::string_view(wire).substr(step.consumed));
    if (step.state == RequestParser::State::kNeedsMore) return std::nullopt;
  }
  return parser.problem() ? std::optional(parser.problem()->kind) : std::nullopt;
}

TEST(RequestParser, RefusesWhatIsNotHttp) {
  using K = ProblemKind;
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), std::nullopt);
  EXPECT_EQ(KindFor("GET / HTTP/1.0\r\n\r\n"), std::nullopt);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\n\r\n"), K::kBadRequest);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), K::kBadRequest);
  EXPECT_EQ(KindFor("GET / HTTP/2.0\r\n\r\n"), K::kHttpVersion);
  EXPECT_EQ(KindFor("\x16\x03\x01 hello\r\n\r\n"), K::kBadRequest);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"), K::kBadRequest);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n"),
            K::kBadRequest);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
            K::kNotImplemented);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n"), K::kExpectationFailed);
  EXPECT_EQ(KindFor("GET / HTTP/1.1\r\nX: " + std::string(2000, 'a') + "\r\n\r\n"),
            K::kHeaderTooLarge);
  EXPECT_EQ(
      KindFor("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789"),
      K::kBodyTooLarge);
}

TEST(HeaderFields, ManySmallFieldsCountTogether) {
  std::string wire = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 300; ++i) wire += "A: bcde\r\n";
  EXPECT_EQ(KindFor(wire + "\r\n"), ProblemKind::kHeaderTooLarge);
}

TEST(Problem, IsADocumentWithTheRequestsId) {
  const Response response = ToResponse({ProblemKind::kPixelLimit, "too \"many\"", 3}, "id-1");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"/problems/pixel-limit\",\"title\":\"The picture has too many pixels\","
            "\"status\":422,\"detail\":\"too \\\"many\\\"\",\"part\":3,\"request_id\":\"id-1\"}\n");
}

}  // namespace
}  // namespace glyphd::serving
