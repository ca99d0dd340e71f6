// What a person sees: colours only where they are wanted, columns that line up, and no control
// characters from other people's file names.
//
// Threads   pure functions

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glyphd {

bool IsTerminal(int descriptor);
// A terminal, NO_COLOR not set (no-color.org) and TERM not "dumb".
bool WantsColour(int descriptor);

enum class Colour { kRed, kYellow, kGreen };
std::string Coloured(std::string_view text, Colour colour, bool wanted);

std::string Printable(std::string_view text);     // control characters become "?"; line feeds " / "
std::size_t DisplayWidth(std::string_view text);  // characters, not bytes
std::string PadRight(std::string_view text, std::size_t width);

std::string FormatPercent(double share);  // 0.9876 is " 98.8 %"

}  // namespace glyphd
