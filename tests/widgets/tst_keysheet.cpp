#include <QtTest>

#include <QLabel>
#include <QPushButton>
#include <QSettings>

#include "widgets/keysheet.h"

using namespace understudy;

/// The sheet of every key, and changing one there by the keyboard.
class TestKeySheet : public QObject {
    Q_OBJECT

    [[nodiscard]] QPushButton* button(const QString& text) const
    {
        for (QPushButton* each : m_sheet->findChildren<QPushButton*>())
            if (each->text() == text && each->isVisible()) return each;
        return nullptr;
    }
    [[nodiscard]] QString words() const
    {
        QString all;
        for (const QLabel* label : m_sheet->findChildren<QLabel*>())
            if (label->isVisible()) all += label->text() + '\n';
        return all;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("understudy-test");
        QCoreApplication::setApplicationName("keysheet");
        QSettings().clear();
        m_window = std::make_unique<QWidget>();
        m_router = std::make_unique<KeyRouter>(*m_window);
        const auto add = [&](const char* id, const char* page, const char* title, Qt::Key key) {
            m_router->add({.id = id, .page = page, .title = title, .key = key, .run = [this] { ++m_runs; }});
        };
        add("split", "annotate", "Split", Qt::Key_S);
        add("play", "annotate", "Play", Qt::Key_Space);
        add("judge", "review", "Judge", Qt::Key_A);
        add("keys", "", "Show all keys", Qt::Key_F1);
        m_router->setPage("annotate");
        m_window->show();
        m_sheet = new KeySheet(*m_router, m_window.get());
        m_sheet->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_sheet));
    }
    void cleanupTestCase()
    {
        delete m_sheet;
        m_router.reset();
        m_window.reset();
        QSettings().clear();
    }

    void showsThePageInFrontAndWhatWorksEverywhere()
    {
        QTRY_VERIFY2(words().contains("Split") && words().contains("Show all keys"), qPrintable(words()));
        QVERIFY(!words().contains("Judge"));
        m_router->setPage("review");
        QTRY_VERIFY(words().contains("Judge") && !words().contains("Split"));
        m_router->setPage("annotate");
    }

    void aKeyIsChangedAndAConflictIsRefusedInWords()
    {
        QTRY_VERIFY(button("S") != nullptr);
        QTest::mouseClick(button("S"), Qt::LeftButton);
        QTest::keyClick(m_sheet, Qt::Key_Space);
        QVERIFY2(words().contains("Play"), qPrintable(words()));
        QTRY_VERIFY(button("S") != nullptr);

        QTest::mouseClick(button("S"), Qt::LeftButton);
        QTest::keyClick(m_sheet, Qt::Key_Escape);  // keeps the old one, and the sheet
        QVERIFY(m_sheet->isVisible() && button("S") != nullptr);

        QTest::mouseClick(button("S"), Qt::LeftButton);
        QTest::keyClick(m_sheet, Qt::Key_X);
        QTRY_VERIFY(button("X") != nullptr && button("S") == nullptr);
        QTest::keyClick(m_window.get(), Qt::Key_X);
        QCOMPARE(m_runs, 1);
        QTest::keyClick(m_window.get(), Qt::Key_S);
        QCOMPARE(m_runs, 1);

        QTest::mouseClick(button("Reset all keys"), Qt::LeftButton);
        QTRY_VERIFY(button("S") != nullptr && button("X") == nullptr);
    }

private:
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<KeyRouter> m_router;
    KeySheet* m_sheet = nullptr;
    int m_runs = 0;
};

QTEST_MAIN(TestKeySheet)
#include "tst_keysheet.moc"
