#pragma once

#include <filesystem>
#include <vector>

#include <QMainWindow>
#include <QTranslator>

#include "widgets/keyrouter.h"
#include "widgets/theme.h"

class QFrame;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace understudy {

class KeySheet;
class RobotPlate;

/// The window round the pages: tabs, the robot's plate, library, language, theme. Owns no data.
class StudioWindow final : public QMainWindow {
    Q_OBJECT

public:
    /// Pages are made afterwards: dressing them again costs half a second.
    explicit StudioWindow(ThemeName theme = ThemeName::Dark, QWidget* parent = nullptr);
    ~StudioWindow() override;

    [[nodiscard]] KeyRouter& keys() { return m_keys; }
    [[nodiscard]] RobotPlate& plate() { return *m_plate; }

    /// `id` as in --workspace; the title is asked for again when the language changes.
    void addPage(const QString& id, std::function<QString()> title, QWidget* page);
    void openPage(const QString& id);
    [[nodiscard]] QString currentPage() const;
    /// Its name stands in the bar, its path in the tip.
    void setLibrary(const std::filesystem::path& folder);

    /// The state of the robot frames the window; an invalid colour: no frame.
    void setFrame(const QColor& colour);
    void setTheme(ThemeName theme);
    /// Enlarges the whole interface, within kSmallestScale and kLargestScale; remembered.
    void setScale(double scale);
    /// "en" or "zh"; false when that translation is missing.
    bool setLanguage(const QString& language);
    [[nodiscard]] const QString& language() const { return m_language; }

signals:
    /// The page in front changes; whoever drives lets go.
    void pageLeft(const QString& id);
    void pageOpened(const QString& id);
    void closing();
    void languageChanged();

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Page {
        QString id;
        std::function<QString()> title;
        QWidget* widget;
        QPushButton* tab;
    };

    class Frame;
    void style();
    void addKeys();
    void translate();
    void showKeys();

    KeyRouter m_keys;
    QTranslator m_translator;
    QString m_libraryName;
    QString m_language = QStringLiteral("en");
    ThemeName m_theme = ThemeName::Dark;
    std::vector<Page> m_pages;
    double m_scale = 1;
    Frame* m_frame;
    QFrame* m_bar;
    QLabel* m_name;
    QHBoxLayout* m_tabs;
    QStackedWidget* m_stack;
    RobotPlate* m_plate;
    QLabel* m_library;
    QPushButton* m_keysButton;
    QPushButton* m_themeButton;
    QPushButton* m_languageButton;
    KeySheet* m_sheet = nullptr;
};

}  // namespace understudy
