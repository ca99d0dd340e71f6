#include "serving/pages.h"

#include "serving/assets.h"
#include "serving/openapi.h"

namespace glyphd::serving {
namespace {

constexpr std::string_view kPageSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src "
    "'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; form-action "
    "'self'; base-uri 'none'; frame-ancestors 'none'";

void AddPageHeaders(Response& response) {
  response.headers.emplace_back("Content-Security-Policy", kPageSecurityPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Frame-Options", "DENY");
}

bool AcceptsGzip(const Request& request) {
  const std::string_view accepted = request.Header("Accept-Encoding");
  return accepted.find("gzip") != std::string_view::npos &&
         accepted.find("gzip;q=0") == std::string_view::npos;
}

Response FromAsset(const Request& request, const Asset& asset) {
  Response response;
  response.headers.emplace_back("ETag", asset.etag);
  response.headers.emplace_back(
      "Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  AddPageHeaders(response);
  if (!asset.gzip.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (request.Header("If-None-Match").find(asset.etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.content_type = asset.media_type;
  response.fixed_body = asset.content;
  if (!asset.gzip.empty() && AcceptsGzip(request)) {
    response.fixed_body = asset.gzip;
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

void AppendHtml(std::string_view text, std::string& html) {
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      default:
        html += c;
    }
  }
}

}  // namespace

Response AssetPage(const Request& request) {
  const Asset* asset = FindAsset(request.path);
  if (asset == nullptr) AbortBecause("an asset was routed that is not there");
  return FromAsset(request, *asset);
}

Response DocsPage(const Request& request) {
  if (const Asset* page = FindAsset("/docs.html")) return FromAsset(request, *page);
  return OpenApiDocument();  // built without the page
}

Response OpenApiDocument() {
  Response response;
  response.content_type = "application/json";
  response.fixed_body = kOpenApiJson;
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

Response ProblemTypePage(const ProblemType& type) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::to_string(type.status) + " " + std::string(type.slug) + "\n" +
                  std::string(type.title) + ".\n";
  return response;
}

Response AnswerPage(Response created, std::string_view json) {
  created.content_type = "text/html; charset=utf-8";
  AddPageHeaders(created);
  created.body =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>glyphd: the "
      "answer</title></head>\n<body><h1>The answer</h1>\n<pre>";
  AppendHtml(json, created.body);
  created.body += "</pre>\n<p><a href=\"./\">Read another picture</a></p></body></html>\n";
  return created;
}

}  // namespace glyphd::serving
