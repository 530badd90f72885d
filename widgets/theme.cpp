#include "widgets/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QApplication>
#include <QPalette>
#include <QRegularExpression>
#include <QStyleFactory>

namespace understudy {
namespace {

ThemeName g_current = ThemeName::Dark;  // NOWALL: the one style of the one application, GUI thread only

double g_scale = 1;  // NOWALL: likewise

/// Every length of a style sheet but hairlines, enlarged.
QString scaledSheet(const QString& sheet)
{
    static const QRegularExpression length(QStringLiteral("(\\d+)px"));
    QString out;
    qsizetype from = 0;
    for (auto found = length.globalMatch(sheet); found.hasNext();) {
        const QRegularExpressionMatch match = found.next();
        const int pixels = match.captured(1).toInt();
        out += sheet.mid(from, match.capturedStart() - from);
        out += QString::number(pixels <= 1 ? pixels : scaled(pixels)) + QStringLiteral("px");
        from = match.capturedEnd();
    }
    return out + sheet.mid(from);
}

QString styleSheet(const Theme& theme)
{
    QString sheet = QStringLiteral(R"(
* { outline: none; font-family: "Inter", "Noto Sans CJK SC", "DejaVu Sans"; }
QScrollArea { background: transparent; border: none; }
QWidget { color: %text; }
QToolTip { background: %raised; color: %text; border: 1px solid %line; padding: 4px 8px; }
QLabel[role="heading"] { color: %faint; font-size: 11px; font-weight: 600; letter-spacing: 1px; }
QLabel[role="muted"] { color: %muted; }
QLabel[role="title"] { font-size: 15px; font-weight: 600; }
QLabel[role="empty"] { color: %faint; background: %panel; border-radius: 8px; padding: 24px; }
QFrame[role="panel"] { background: %panel; border: none; }
QFrame[role="card"] { background: %raised; border: none; border-radius: 8px; }
QFrame[role="overlay"] { background: %panel; border: 1px solid %line; border-radius: 10px; }
QPushButton { background: %raised; border: 1px solid %line; border-radius: 6px; padding: 6px 12px; min-height: 20px; }
QPushButton:hover { background: %line; }
QPushButton:pressed { background: %panel; }
QPushButton:focus { border-color: %accent; }
QPushButton:disabled { color: %faint; background: %panel; }
QPushButton[role="primary"] { background: %accent; color: %onAccent; border-color: %accent; font-weight: 600; }
QPushButton[role="primary"]:disabled { background: %panel; color: %faint; border-color: %line; }
QPushButton[role="good"] { border-color: %good; }
QPushButton[role="caution"] { border-color: %caution; }
QPushButton[role="bad"] { border-color: %bad; color: %bad; font-weight: 600; }
QPushButton[role="segment"] { padding: 6px 8px; color: %muted; }
QPushButton[role="segment"]:checked { color: %text; border-color: %accent; font-weight: 600; }
QPushButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[role="tool"] { background: transparent; border-color: transparent; padding: 4px 8px; }
QPushButton[role="tool"]:hover { background: %line; }
QPushButton[role="row"] { text-align: left; }
QPushButton[role="tab"] { background: transparent; border: none; border-radius: 6px; padding: 6px 14px; color: %muted; }
QPushButton[role="tab"]:hover { color: %text; }
QPushButton[role="tab"]:checked { background: %raised; color: %text; font-weight: 600; }
QLineEdit, QComboBox, QSpinBox, QPlainTextEdit { background: %raised; border: 1px solid %line; border-radius: 6px;
  padding: 4px 8px; min-height: 20px; selection-background-color: %accent; selection-color: %onAccent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus { border-color: %accent; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: %raised; border: 1px solid %line; selection-background-color: %accent;
  selection-color: %onAccent; }
QListView[role="tiles"] { background: %background; }
QTableView, QListView, QTreeView { background: %panel; border: none; gridline-color: %line;
  alternate-background-color: %panel; selection-background-color: %raised; selection-color: %text; }
QTableView::item, QListView::item { padding: 4px 8px; border: none; }
QTableView::item:selected { background: %raised; }
QHeaderView::section { background: %panel; color: %faint; border: none; border-bottom: 1px solid %line; padding: 6px 8px;
  font-size: 11px; font-weight: 600; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; } QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: %line; border-radius: 4px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: %faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: %background; }
QSplitter::handle:hover { background: %accent; }
QProgressBar { background: %line; border: none; border-radius: 3px; max-height: 6px; text-align: center; }
QProgressBar::chunk { background: %accent; border-radius: 3px; }
QMenu { background: %raised; border: 1px solid %line; padding: 4px; }
QMenu::item { padding: 6px 20px; border-radius: 4px; }
QMenu::item:selected { background: %accent; color: %onAccent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid %faint; border-radius: 3px; }
QCheckBox::indicator:checked { background: %accent; border-color: %accent; }
)");
    const std::array<std::pair<const char*, QColor>, 12> tokens{{{"%background", theme.background},
                                                                 {"%panel", theme.panel},
                                                                 {"%raised", theme.raised},
                                                                 {"%line", theme.line},
                                                                 {"%text", theme.text},
                                                                 {"%muted", theme.muted},
                                                                 {"%faint", theme.faint},
                                                                 {"%accent", theme.accent},
                                                                 {"%onAccent", theme.onAccent},
                                                                 {"%good", theme.good},
                                                                 {"%caution", theme.caution},
                                                                 {"%bad", theme.bad}}};
    for (const auto& [token, colour] : tokens) sheet.replace(QLatin1String(token), colour.name());
    return scaledSheet(sheet);
}

}  // namespace

const Theme& Theme::of(ThemeName name)
{
    static const Theme dark{.background = "#12151a",
                            .panel = "#1a1e25",
                            .raised = "#222833",
                            .line = "#2b323e",
                            .text = "#e7eaf0",
                            .muted = "#a3acba",
                            .faint = "#8791a1",
                            .accent = "#46b4f0",
                            .onAccent = "#0b1218",
                            .good = "#3fbf82",
                            .caution = "#e8b34a",
                            .bad = "#f0626e",
                            .ghost = "#a98bff",
                            .leftHand = "#4aa3ff",
                            .rightHand = "#ff9d5c",
                            .bothHands = "#7ad0b0"};
    static const Theme light{.background = "#e9ecf1",
                             .panel = "#f6f7f9",
                             .raised = "#ffffff",
                             .line = "#d3d9e2",
                             .text = "#1a1f27",
                             .muted = "#4d5866",
                             .faint = "#667180",
                             .accent = "#0a6fb3",
                             .onAccent = "#ffffff",
                             .good = "#177245",
                             .caution = "#8f5a00",
                             .bad = "#bf2433",
                             .ghost = "#6d48d6",
                             .leftHand = "#1668c7",
                             .rightHand = "#b5541a",
                             .bothHands = "#1f7a5c"};
    return name == ThemeName::Dark ? dark : light;
}

const Theme& Theme::current() { return of(g_current); }

SceneColours Theme::scene() const
{
    const bool isDark = background.lightness() < 128;
    return {.sky = isDark ? qRgb(52, 62, 76) : qRgb(214, 222, 232),
            .horizon = isDark ? qRgb(24, 29, 36) : qRgb(240, 243, 247),
            .floor = isDark ? qRgb(34, 41, 50) : qRgb(231, 236, 242),
            .line = isDark ? qRgb(66, 76, 92) : qRgb(190, 199, 211),
            .shadow = isDark ? qRgb(17, 20, 26) : qRgb(205, 212, 222),
            .ghost = ghost.rgb(),
            .accent = accent.rgb(),
            .caution = caution.rgb()};
}

QColor Theme::label(int index) const
{
    constexpr std::array<int, 9> kHues{178, 290, 84, 332, 130, 62, 232, 312, 107};
    const bool isDark = background.lightness() < 128;
    const auto wrapped = static_cast<std::size_t>(index < 0 ? 0 : index);
    const int hue = kHues[wrapped % kHues.size()];
    const bool second = wrapped / kHues.size() % 2 == 1;
    return isDark ? QColor::fromHsl(hue, second ? 70 : 110, second ? 84 : 66)
                  : QColor::fromHsl(hue, second ? 90 : 120, second ? 170 : 196);
}

double interfaceScale() { return g_scale; }

int scaled(int pixels) { return static_cast<int>(std::lround(pixels * g_scale)); }

void applyTheme(QApplication& application, ThemeName name, double scale)
{
    g_current = name;
    g_scale = std::clamp(scale, kSmallestScale, kLargestScale);
    const Theme& theme = Theme::current();
    QPalette palette;
    palette.setColor(QPalette::Window, theme.background);
    palette.setColor(QPalette::Base, theme.panel);
    palette.setColor(QPalette::AlternateBase, theme.panel);
    palette.setColor(QPalette::Button, theme.raised);
    palette.setColor(QPalette::ToolTipBase, theme.raised);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.faint);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, theme.onAccent);
    palette.setColor(QPalette::Link, theme.accent);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.faint);
    if (!application.property("styled").toBool()) {
        application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        application.setProperty("styled", true);
    }
    application.setPalette(palette);
    application.setFont(uiFont(13));
    application.setStyleSheet(styleSheet(theme));
}

QFont uiFont(int pixelSize, QFont::Weight weight)
{
    QFont font(QStringList{QStringLiteral("Inter"), QStringLiteral("Noto Sans CJK SC"), QStringLiteral("DejaVu Sans")},
               -1, weight);
    font.setPixelSize(scaled(pixelSize));
    return font;
}

}  // namespace understudy
