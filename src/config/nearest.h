// Guesses what a misspelt name was meant to be.
//
// Threads   pure functions
// Cost      the lengths multiplied, for each candidate; for names that people type

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glyphd {

// Letters to insert, drop, replace or swap with their neighbour to make one of the other.
std::size_t EditDistance(std::string_view left, std::string_view right);

// The candidate with at most a third of its letters wrong, the closest first; none: no guess.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates);

// "; did you mean \"port\"?" or nothing, to end an error message with.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace glyphd
