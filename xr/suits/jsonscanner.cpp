#include "xr/suits/jsonscanner.h"

#include <charconv>
#include <utility>

namespace understudy {

bool JsonScanner::wrong()
{
    m_wrong = true;
    m_text = {};
    return false;
}

char JsonScanner::peek()
{
    while (!m_text.empty() && (m_text[0] == ' ' || m_text[0] == '\t' || m_text[0] == '\n' || m_text[0] == '\r'))
        m_text.remove_prefix(1);
    return m_text.empty() ? '\0' : m_text[0];
}

bool JsonScanner::accept(char wanted)
{
    if (peek() != wanted || m_text.empty()) return wrong();
    m_text.remove_prefix(1);
    return true;
}

bool JsonScanner::number(double& value)
{
    const char first = peek();
    if (first != '-' && (first < '0' || first > '9')) return wrong();
    const auto [end, error] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
    if (error != std::errc{}) return wrong();
    m_text.remove_prefix(static_cast<std::size_t>(end - m_text.data()));
    return true;
}

bool JsonScanner::string(std::string_view& value)
{
    if (!accept('"')) return false;
    for (std::size_t i = 0; i < m_text.size(); ++i) {
        if (m_text[i] == '\\') {
            ++i;
        } else if (m_text[i] == '"') {
            value = m_text.substr(0, i);
            m_text.remove_prefix(i + 1);
            return true;
        }
    }
    return wrong();
}

bool JsonScanner::boolean(bool& value)
{
    (void)peek();
    for (const auto& [word, meaning] : {std::pair{std::string_view("true"), true}, {std::string_view("false"), false}})
        if (m_text.starts_with(word)) {
            value = meaning;
            m_text.remove_prefix(word.size());
            return true;
        }
    return wrong();
}

bool JsonScanner::skip()
{
    double number_ = 0;
    bool boolean_ = false;
    std::string_view string_;
    switch (peek()) {
    case '{':
        return object([&](std::string_view) { return skip(); });
    case '[':
        return array([&] { return skip(); });
    case '"':
        return string(string_);
    case 't':
    case 'f':
        return boolean(boolean_);
    case 'n':
        if (!m_text.starts_with("null")) return wrong();
        m_text.remove_prefix(4);
        return true;
    default:
        return number(number_);
    }
}

bool JsonScanner::atEnd() { return peek() == '\0' && m_text.empty() && !m_wrong; }

}  // namespace understudy
