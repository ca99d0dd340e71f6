// What a client asks to have read: the pictures and how, out of any of the forms it may come in.
//
// Input     multipart/form-data, application/json, or the raw picture as the body
// Output    the pictures in order, named, with the options; the query wins over the form
// Threads   pure; the raw form shares the request's body instead of copying it
// Errors    Problems that say what to change; a part is named by its number

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "ink/ink_finder.h"
#include "serving/http_message.h"
#include "serving/problem.h"

namespace glyphd::serving {

inline constexpr std::size_t kMaxReferenceCharacters = 200;

struct UploadedPicture {
  SharedBytes bytes;
  std::string filename;  // without folders, valid UTF-8; may be empty
};

struct Upload {
  std::vector<UploadedPicture> pictures;
  bool several = false;  // answered as {"recognitions":[…]}
  Layout layout = Layout::kAuto;
  std::string reference;
};

enum class UploadForm { kMultipart, kJson, kRaw };

// By the request's Content-Type alone; none: 415.
std::optional<UploadForm> UploadFormOf(std::string_view content_type);
// How many bytes reading a body of this form holds at once.
std::size_t WorkingBytes(UploadForm form, std::size_t body_bytes);

std::variant<Upload, Problem> ParseUpload(const Request& request, int max_parts);
// `name` without the folders that old browsers send, at most 255 characters.
std::string CleanFilename(std::string_view name);

}  // namespace glyphd::serving
