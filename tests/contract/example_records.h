// Recognitions to keep, made up but complete: every member has a value of its own.

#pragma once

#include <string>

#include "store/recognition_store.h"

namespace glyphd {

// `number` decides text, names and the picture's bytes; the id is fresh.
NewRecognition ExampleRecord(int number);
NewRecognition ExampleRecordAt(int number, TimePoint created_at);
PutGroup GroupOf(NewRecognition recognition);
IdempotentAnswer ExampleAnswer(std::string key);

// The record's JSON form: compares everything that an answer shows.
std::string JsonOf(const Recognition& recognition);

}  // namespace glyphd
