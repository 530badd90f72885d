#pragma once

#include <string>
#include <string_view>

namespace understudy {

/// The text with every Han character between spaces, so that an index of words finds words of any length in it.
/// Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string foldedText(std::string_view text);

/// The question that an FTS5 index of folded text is asked: every word must occur, Han characters of one word side by
/// side, and the last word may be the beginning of one. Whatever the text holds, it is searched for and never obeyed.
/// Empty: there is nothing in it to search for.
[[nodiscard]] std::string matchExpression(std::string_view text);

}  // namespace understudy
