#include "app/studio/studiowindow.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/keysheet.h"
#include "widgets/robotplate.h"

namespace understudy {

StudioWindow::StudioWindow(QWidget* parent) : QMainWindow(parent), m_keys(*this)
{
    setWindowTitle(QStringLiteral("Understudy"));
    auto* central = new QWidget(this);
    auto* column = new QVBoxLayout(central);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);

    auto* bar = new QFrame(central);
    bar->setProperty("role", "panel");
    bar->setFixedHeight(48);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(12);
    auto* name = new QLabel(QStringLiteral("Understudy"), bar);
    name->setFont(uiFont(15, QFont::Bold));
    row->addWidget(name);
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

    m_stack = new QStackedWidget(central);
    column->addWidget(bar);
    column->addWidget(m_stack, 1);
    setCentralWidget(central);
    resize(1400, 850);

    addKeys();
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    translate();
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

void StudioWindow::setLibraryText(const QString& text) { m_library->setText(text); }

void StudioWindow::setTheme(ThemeName theme)
{
    m_theme = theme;
    applyTheme(*qApp, theme);
    QSettings().setValue(QStringLiteral("window/theme"), theme == ThemeName::Dark ? "dark" : "light");
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
    for (const Page& page : m_pages) page.tab->setText(page.title());
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
