#include "storage/read/searchtext.h"

#include <QString>
#include <QStringList>

namespace understudy {
namespace {

bool isHan(char32_t c)
{
    return c == 0x3007 || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

QString decoded(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

QString folded(const QString& text)
{
    QString result;
    result.reserve(text.size() * 2);
    for (const char32_t c : text.toUcs4()) {
        const bool han = isHan(c);
        if (han && !result.isEmpty() && !result.back().isSpace()) result += ' ';
        result += QString::fromUcs4(&c, 1);
        if (han) result += ' ';
    }
    return result;
}

}  // namespace

std::string foldedText(std::string_view text) { return folded(decoded(text)).toStdString(); }

std::string matchExpression(std::string_view text)
{
    QStringList words;
    for (const QString& word : decoded(text).simplified().split(' ', Qt::SkipEmptyParts)) {
        bool hasContent = false;
        QString plain;
        for (const char32_t c : word.toUcs4()) {
            const bool isContent = QChar::isLetterOrNumber(c) || QChar::isMark(c);
            hasContent |= QChar::isLetterOrNumber(c);
            plain += isContent ? QString::fromUcs4(&c, 1) : QString(' ');
        }
        if (hasContent) words += '"' + folded(plain).simplified() + '"';
    }
    if (words.isEmpty()) return {};
    return (words.join(' ') + '*').toStdString();
}

}  // namespace understudy
