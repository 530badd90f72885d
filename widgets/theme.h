#pragma once

#include <QColor>
#include <QFont>

#include "widgets/viewportrenderer.h"

class QApplication;

namespace understudy {

enum class ThemeName { Dark, Light };

/// The tokens of the look: three depths, one hairline, one accent, and hues that always mean the same.
struct Theme {
    QColor background, panel, raised, line;
    QColor text, muted, faint;
    QColor accent, onAccent;
    QColor good, caution, bad;
    QColor ghost;
    QColor leftHand, rightHand, bothHands;

    [[nodiscard]] static const Theme& of(ThemeName name);
    /// The theme in force. GUI thread.
    [[nodiscard]] static const Theme& current();

    [[nodiscard]] SceneColours scene() const;
    /// Hue of a label on the timeline, chosen so that none is a hand, the ghost or a state; `index` wraps.
    [[nodiscard]] QColor label(int index) const;
};

inline constexpr double kSmallestScale = 0.8;
inline constexpr double kLargestScale = 1.8;

/// Sets palette, style sheet and font of the application; widgets get PaletteChange and StyleChange events. `scale`
/// enlarges everything that is measured with scaled() or uiFont().
void applyTheme(QApplication& application, ThemeName name, double scale = 1);
/// How large the interface is. GUI thread.
[[nodiscard]] double interfaceScale();
/// Pixels of the design in pixels of now.
[[nodiscard]] int scaled(int pixels);

/// `pixelSize` is the design's. Inter with tabular figures, Noto Sans CJK for Chinese.
[[nodiscard]] QFont uiFont(int pixelSize, QFont::Weight weight = QFont::Normal);

}  // namespace understudy
