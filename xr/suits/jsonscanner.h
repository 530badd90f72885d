#pragma once

#include <string_view>

namespace understudy {

/// Walks JSON text once, without allocating and without building a document. Every call returns false after the first
/// error, and the walk stops there. Nested to at most 32 levels.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) : m_text(text) {}

    /// Calls `member(name)` for each member of the object that comes; it must take the value. Escapes in names stay.
    template <typename F>
    bool object(F&& member)
    {
        return nested('{', '}', [&] {
            std::string_view name;
            return string(name) && accept(':') && member(name);
        });
    }
    /// Calls `element()` for each element of the array that comes; it must take the value.
    template <typename F>
    bool array(F&& element)
    {
        return nested('[', ']', element);
    }
    bool number(double& value);
    bool string(std::string_view& value);  ///< escapes stay as they are
    bool boolean(bool& value);
    bool skip();  ///< any value
    /// Nothing follows and nothing went wrong.
    [[nodiscard]] bool atEnd();
    /// The first character of the value that comes; 0 at the end.
    [[nodiscard]] char peek();

private:
    template <typename F>
    bool nested(char open, char close, F&& each)
    {
        constexpr int kDeepest = 32;
        if (!accept(open) || ++m_depth > kDeepest) return wrong();
        if (peek() == close) {
            m_text.remove_prefix(1);
            --m_depth;
            return true;
        }
        while (true) {
            if (!each()) return wrong();
            const char next = peek();
            if (next != ',' && next != close) return wrong();
            m_text.remove_prefix(1);
            if (next == close) break;
        }
        --m_depth;
        return true;
    }
    bool accept(char wanted);
    bool wrong();

    std::string_view m_text;
    int m_depth = 0;
    bool m_wrong = false;
};

}  // namespace understudy
