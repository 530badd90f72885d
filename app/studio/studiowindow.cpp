#include "app/studio/studiowindow.h"

#include <algorithm>

#include <QApplication>
#include <QCloseEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/keysheet.h"
#include "widgets/robotplate.h"

namespace understudy {
namespace {

constexpr int kFrame = 4;
constexpr double kScaleStep = 1.1;

}  // namespace

/// Holds everything in a frame of one colour.
class StudioWindow::Frame final : public QWidget {
public:
    using QWidget::QWidget;
    void setColour(const QColor& colour)
    {
        if (colour == m_colour) return;
        m_colour = colour;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), m_colour.isValid() ? m_colour : palette().color(QPalette::Window));
    }

private:
    QColor m_colour;
};

StudioWindow::StudioWindow(ThemeName theme, QWidget* parent) : QMainWindow(parent), m_keys(*this), m_theme(theme)
{
    setWindowTitle(QStringLiteral("Understudy"));
    m_frame = new Frame(this);
    auto* column = new QVBoxLayout(m_frame);
    column->setContentsMargins(kFrame, kFrame, kFrame, kFrame);
    column->setSpacing(0);

    auto* bar = new QFrame(m_frame);
    m_bar = bar;
    bar->setProperty("role", "panel");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(12);
    m_name = new QLabel(QStringLiteral("Understudy"), bar);
    row->addWidget(m_name);
    m_tabs = new QHBoxLayout;
    m_tabs->setSpacing(4);
    row->addLayout(m_tabs);
    row->addStretch();
    m_library = new QLabel(bar);
    m_library->setProperty("role", "muted");
    row->addWidget(m_library);
    m_plate = new RobotPlate(bar);
    row->addWidget(m_plate);
    const auto flat = [&](const std::function<void()>& run) {
        auto* button = new QPushButton(bar);
        button->setProperty("role", "flat");
        button->setFocusPolicy(Qt::NoFocus);
        connect(button, &QPushButton::clicked, this, run);
        row->addWidget(button);
        return button;
    };
    m_keysButton = flat([this] { showKeys(); });
    m_themeButton = flat([this] { setTheme(m_theme == ThemeName::Dark ? ThemeName::Light : ThemeName::Dark); });
    m_languageButton =
        flat([this] { setLanguage(m_language == QStringLiteral("en") ? QStringLiteral("zh") : QStringLiteral("en")); });

    m_stack = new QStackedWidget(m_frame);
    column->addWidget(bar);
    column->addWidget(m_stack, 1);
    setCentralWidget(m_frame);
    resize(1680, 1020);

    addKeys();
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_scale = settings.value(QStringLiteral("window/scale"), 1.0).toDouble();
    style();
}

StudioWindow::~StudioWindow() = default;

void StudioWindow::addKeys()
{
    m_keys.add({.id = "keys", .title = tr("Show all keys"), .key = Qt::Key_F1, .run = [this] { showKeys(); }});
    m_keys.add(
        {.id = "page.next", .title = tr("Next page"), .key = QKeySequence(Qt::CTRL | Qt::Key_Tab), .run = [this] {
             if (!m_pages.empty())
                 openPage(m_pages[static_cast<std::size_t>(m_stack->currentIndex() + 1) % m_pages.size()].id);
         }});
    m_keys.add({.id = "theme", .title = tr("Dark or light"), .key = QKeySequence(Qt::CTRL | Qt::Key_D), .run = [this] {
                    m_themeButton->click();
                }});
    const auto scale = [&](const char* id, Qt::Key key, double factor) {
        m_keys.add({.id = QLatin1String(id), .key = QKeySequence(Qt::CTRL | key), .run = [this, factor] {
                        setScale(factor > 0 ? m_scale * factor : 1);
                    }});
    };
    scale("scale.larger", Qt::Key_Plus, kScaleStep);
    scale("scale.largerToo", Qt::Key_Equal, kScaleStep);
    scale("scale.smaller", Qt::Key_Minus, 1 / kScaleStep);
    scale("scale.usual", Qt::Key_0, 0);
    m_keys.add(
        {.id = "language", .title = tr("Switch language"), .key = QKeySequence(Qt::CTRL | Qt::Key_L), .run = [this] {
             m_languageButton->click();
         }});
}

void StudioWindow::addPage(const QString& id, std::function<QString()> title, QWidget* page)
{
    auto* tab = new QPushButton(this);
    tab->setProperty("role", "tab");
    tab->setCheckable(true);
    tab->setAutoExclusive(true);
    tab->setFocusPolicy(Qt::NoFocus);
    tab->setObjectName(QStringLiteral("tab.") + id);
    m_tabs->addWidget(tab);
    m_stack->addWidget(page);
    connect(tab, &QPushButton::clicked, this, [this, id] { openPage(id); });
    const int number = static_cast<int>(m_pages.size()) + 1;
    m_keys.add({.id = QStringLiteral("page.") + id,
                .title = title(),
                .key = QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)),
                .run = [this, id] { openPage(id); }});
    m_pages.push_back({.id = id, .title = std::move(title), .widget = page, .tab = tab});
    if (m_pages.size() == 1) openPage(id);
    translate();
}

void StudioWindow::openPage(const QString& id)
{
    const QString before = m_keys.page();
    for (const Page& page : m_pages) {
        if (page.id != id) continue;
        if (before != id && !before.isEmpty()) emit pageLeft(before);
        m_stack->setCurrentWidget(page.widget);
        page.tab->setChecked(true);
        m_keys.setPage(id);
        page.widget->setFocus();
        if (before != id) emit pageOpened(id);
    }
}

QString StudioWindow::currentPage() const { return m_keys.page(); }

void StudioWindow::setLibrary(const std::filesystem::path& folder)
{
    m_libraryName = QString::fromStdString(std::filesystem::absolute(folder).lexically_normal().filename().string());
    m_library->setToolTip(QString::fromStdString(folder.string()));
    translate();
}

void StudioWindow::setFrame(const QColor& colour) { m_frame->setColour(colour); }

void StudioWindow::setTheme(ThemeName theme)
{
    m_theme = theme;
    QSettings().setValue(QStringLiteral("window/theme"), theme == ThemeName::Dark ? "dark" : "light");
    style();
}

void StudioWindow::setScale(double scale)
{
    m_scale = std::clamp(scale, kSmallestScale, kLargestScale);
    QSettings().setValue(QStringLiteral("window/scale"), m_scale);
    style();
}

void StudioWindow::style()
{
    applyTheme(*qApp, m_theme, m_scale);
    m_bar->setFixedHeight(scaled(52));
    m_name->setFont(uiFont(15, QFont::Bold));
    translate();
}

bool StudioWindow::setLanguage(const QString& language)
{
    QApplication::removeTranslator(&m_translator);
    m_language = language;
    const bool found = m_translator.load(language == QStringLiteral("zh") ? QStringLiteral(":/i18n/understudy_zh_CN.qm")
                                                                          : QStringLiteral(":/i18n/understudy_en.qm"));
    QApplication::installTranslator(&m_translator);
    QSettings().setValue(QStringLiteral("window/language"), language);
    translate();
    emit languageChanged();
    return found;
}

void StudioWindow::translate()
{
    for (const Page& page : m_pages) {
        page.tab->setText(page.title());
        m_keys.retitle(QStringLiteral("page.") + page.id, page.title());
    }
    for (const auto& [id, title] :
         std::initializer_list<std::pair<const char*, QString>>{{"keys", tr("Show all keys")},
                                                                {"page.next", tr("Next page")},
                                                                {"theme", tr("Dark or light")},
                                                                {"language", tr("Switch language")},
                                                                {"scale.larger", tr("Larger")},
                                                                {"scale.largerToo", tr("Larger")},
                                                                {"scale.smaller", tr("Smaller")},
                                                                {"scale.usual", tr("Usual size")}})
        m_keys.retitle(QLatin1String(id), title);
    m_library->setText(m_libraryName.isEmpty() ? QString() : tr("Library · %1").arg(m_libraryName));
    m_keysButton->setText(tr("Keys  F1"));
    m_themeButton->setText(m_theme == ThemeName::Dark ? tr("Light") : tr("Dark"));
    m_languageButton->setText(m_language == QStringLiteral("en") ? QStringLiteral("中文") : QStringLiteral("English"));
}

void StudioWindow::showKeys()
{
    if (m_sheet == nullptr) m_sheet = new KeySheet(m_keys, this);
    m_sheet->setVisible(!m_sheet->isVisible());
}

void StudioWindow::closeEvent(QCloseEvent* event)
{
    emit closing();
    QSettings().setValue(QStringLiteral("window/geometry"), saveGeometry());
    event->accept();
}

void StudioWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    QMainWindow::changeEvent(event);
}

}  // namespace understudy
