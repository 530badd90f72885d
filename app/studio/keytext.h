#pragma once

#include <QKeySequence>

namespace understudy {

/// A key as it stands on the keyboard: "Enter", "←".
[[nodiscard]] inline QString keyText(const QKeySequence& key)
{
    QString text = key.toString(QKeySequence::NativeText);
    text.replace(QStringLiteral("Return"), QStringLiteral("Enter"));
    for (const auto& [name, arrow] :
         {std::pair{"Left", "←"}, std::pair{"Right", "→"}, std::pair{"Up", "↑"}, std::pair{"Down", "↓"}})
        if (text == QLatin1String(name) || text.endsWith(QLatin1Char('+') + QLatin1String(name)))
            text.replace(QLatin1String(name), QString::fromUtf8(arrow));
    return text;
}

}  // namespace understudy
