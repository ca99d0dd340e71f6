#include "app/terminal.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace glyphd {
namespace {

std::string_view EscapeOf(Colour colour) {
  switch (colour) {
    case Colour::kRed:
      return "\033[31m";
    case Colour::kYellow:
      return "\033[33m";
    case Colour::kGreen:
      return "\033[32m";
  }
  return "";
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool IsTerminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool WantsColour(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return IsTerminal(descriptor) && !IsSet("NO_COLOR") && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

std::string Coloured(std::string_view text, Colour colour, bool wanted) {
  if (!wanted) return std::string(text);
  std::string coloured(EscapeOf(colour));
  coloured += text;
  return coloured + "\033[0m";
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (c == '\n') {
      printable += " / ";
    } else {
      printable += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return printable;
}

std::size_t DisplayWidth(std::string_view text) {
  // Continuation bytes of UTF-8 belong to the character before them.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string PadRight(std::string_view text, std::size_t width) {
  std::string padded(text);
  const std::size_t shown = DisplayWidth(text);
  if (shown < width) padded.append(width - shown, ' ');
  return padded;
}

std::string FormatPercent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%5.1f %%", share * 100);
  return text;
}

}  // namespace glyphd
