#include "app/studio/labelsearch.h"

#include <algorithm>
#include <array>

#include <iconv.h>

namespace understudy {
namespace {

/// GB 2312 orders its first level by pinyin: where each initial letter begins.
constexpr std::array<std::pair<unsigned, char>, 23> kInitials{
    {{0xB0A1, 'a'}, {0xB0C5, 'b'}, {0xB2C1, 'c'}, {0xB4EE, 'd'}, {0xB6EA, 'e'}, {0xB7A2, 'f'},
     {0xB8C1, 'g'}, {0xB9FE, 'h'}, {0xBBF7, 'j'}, {0xBFA6, 'k'}, {0xC0AC, 'l'}, {0xC2E8, 'm'},
     {0xC4C3, 'n'}, {0xC5B6, 'o'}, {0xC5BE, 'p'}, {0xC6DA, 'q'}, {0xC8BB, 'r'}, {0xC8F6, 's'},
     {0xCBFA, 't'}, {0xCDDA, 'w'}, {0xCEF4, 'x'}, {0xD1B9, 'y'}, {0xD4D1, 'z'}}};
constexpr unsigned kFirstLevelEnd = 0xD7FA;

class Gb2312 {
public:
    Gb2312() : m_converter(iconv_open("GB2312", "UTF-8")) {}
    ~Gb2312()
    {
        if (isOpen()) iconv_close(m_converter);
    }
    Gb2312(const Gb2312&) = delete;
    Gb2312& operator=(const Gb2312&) = delete;

    /// 0 where the character is not in it.
    [[nodiscard]] unsigned code(QChar character)
    {
        if (!isOpen()) return 0;
        QByteArray in = QString(character).toUtf8();
        std::array<char, 4> out{};
        char* from = in.data();
        char* to = out.data();
        std::size_t fromLeft = static_cast<std::size_t>(in.size());
        std::size_t toLeft = out.size();
        if (iconv(m_converter, &from, &fromLeft, &to, &toLeft) == static_cast<std::size_t>(-1) || toLeft != 2) return 0;
        return static_cast<unsigned char>(out[0]) * 256U + static_cast<unsigned char>(out[1]);
    }

private:
    [[nodiscard]] bool isOpen() const { return m_converter != reinterpret_cast<iconv_t>(-1); }  // NOLINT
    iconv_t m_converter;
};

/// How well a label fits, 0 best; 9 does not.
int rank(const AnnotateLabel& label, const QString& typed)
{
    if (label.initials.startsWith(typed)) return label.initials == typed ? 0 : 1;
    int best = 9;
    for (const QString& title : {label.title, label.otherTitle, label.id}) {
        const QString lower = title.toLower();
        if (lower.startsWith(typed)) best = std::min(best, 2);
        if (lower.contains(QLatin1Char(' ') + typed) || lower.contains(QLatin1Char('_') + typed))
            best = std::min(best, 3);
        if (lower.contains(typed)) best = std::min(best, 4);
    }
    return best;
}

}  // namespace

QString pinyinInitials(const QString& text)
{
    Gb2312 gb;
    QString initials;
    for (const QChar character : text) {
        if (character.unicode() < 128) {
            if (character.isLetterOrNumber()) initials += character.toLower();
            continue;
        }
        const unsigned code = gb.code(character);
        if (code < kInitials.front().first || code >= kFirstLevelEnd) continue;
        const auto next = std::ranges::upper_bound(kInitials, code, {}, &std::pair<unsigned, char>::first);
        initials += QLatin1Char((next - 1)->second);
    }
    return initials;
}

std::vector<int> findLabels(const std::vector<AnnotateLabel>& labels, const QString& typed)
{
    const QString wanted = typed.trimmed().toLower();
    std::vector<std::pair<int, int>> found;
    for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
        const int fits = wanted.isEmpty() ? 0 : rank(labels[static_cast<std::size_t>(i)], wanted);
        if (fits < 9) found.emplace_back(fits, i);
    }
    std::ranges::stable_sort(found, {}, &std::pair<int, int>::first);
    std::vector<int> indices;
    for (const auto& [fits, index] : found) indices.push_back(index);
    return indices;
}

}  // namespace understudy
