// Errors as values: what a call gave, or why it gave nothing and what the caller can do.
//
// Threads   plain values; as safe as their contents
// Cost      an OK status allocates nothing

#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace glyphd {

// Each code says what the *caller* can do about it. It becomes an HTTP status in
// serving/ and an exit status in app/, in one switch each without a default, so
// that a new code is a compile error there.
enum class ErrorCode {
  kInvalidInput,  // change the input: it is damaged, malformed or out of range
  kUnsupported,   // send it in another form: this one is not known here
  kTooLarge,      // send less: a limit, which the message names
  kNotFound,      // ask for something else: there is no such thing
  kConflict,      // it contradicts what is already there
  kUnavailable,   // try again later: busy, full, or a resource is away
  kCorrupt,       // call the operator: what we keep ourselves is damaged
};

std::string_view ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;  // for a person: what was wrong, where, and what to try

  // Adds what was being done, once per layer: "keep recognition 17: disk full".
  Error During(std::string_view activity) &&;
};

inline Error InvalidInput(std::string message) {
  return {ErrorCode::kInvalidInput, std::move(message)};
}
inline Error Unsupported(std::string message) {
  return {ErrorCode::kUnsupported, std::move(message)};
}
inline Error TooLarge(std::string message) { return {ErrorCode::kTooLarge, std::move(message)}; }
inline Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
inline Error Conflict(std::string message) { return {ErrorCode::kConflict, std::move(message)}; }
inline Error Unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message)};
}
inline Error Corrupt(std::string message) { return {ErrorCode::kCorrupt, std::move(message)}; }

// A broken invariant: a bug of ours, not an error of anybody's. Says where and aborts.
[[noreturn]] void AbortBecause(std::string_view broken_invariant);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    if (ok()) AbortBecause("error() of an OK status");
    return *error_;
  }
  Error&& error() && {
    if (ok()) AbortBecause("error() of an OK status");
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  T& value() & { return Checked(), *value_; }
  const T& value() const& { return Checked(), *value_; }
  T&& value() && { return Checked(), std::move(*value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    if (ok()) AbortBecause("error() of a result that holds a value");
    return *error_;
  }
  Error&& error() && {
    if (ok()) AbortBecause("error() of a result that holds a value");
    return std::move(*error_);
  }

 private:
  void Checked() const {
    if (!ok()) AbortBecause("value() of a failed result: " + error_->message);
  }

  std::optional<T> value_;
  std::optional<Error> error_;
};

}  // namespace glyphd
