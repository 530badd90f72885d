#include <QCoreApplication>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "widgets/keyrouter.h"

using namespace understudy;

class TestKeyRouter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("understudy-test");
        QCoreApplication::setApplicationName("keyrouter");
    }

    void init()
    {
        QSettings().clear();
        m_window = std::make_unique<QWidget>();
        auto* layout = new QVBoxLayout(m_window.get());
        m_text = new QLineEdit(m_window.get());
        m_button = new QPushButton("button", m_window.get());
        m_list = new QListWidget(m_window.get());
        m_list->addItems({"alpha", "beta", "space"});
        layout->addWidget(m_text);
        layout->addWidget(m_button);
        layout->addWidget(m_list);
        m_router = std::make_unique<KeyRouter>(*m_window);
        m_runs = m_releases = 0;
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_button->setFocus();
    }

    void cleanup()
    {
        m_router.reset();
        m_window.reset();
    }

    void plainKeysFireOnButtonsAndListsButNeverInText_data()
    {
        QTest::addColumn<int>("key");
        QTest::newRow("letter") << int(Qt::Key_B);
        QTest::newRow("digit") << int(Qt::Key_1);
        QTest::newRow("space") << int(Qt::Key_Space);
        QTest::newRow("enter") << int(Qt::Key_Return);
    }
    void plainKeysFireOnButtonsAndListsButNeverInText()
    {
        QFETCH(int, key);
        m_router->add({.id = "act", .title = "Act", .key = QKeySequence(key), .run = [this] { ++m_runs; }});
        QSignalSpy clicked(m_button, &QPushButton::clicked);
        m_button->setFocus();
        QTest::keyClick(m_button, Qt::Key(key));
        QCOMPARE(m_runs, 1);
        QCOMPARE(clicked.count(), 0);
        m_list->setFocus();
        const int row = m_list->currentRow();
        QTest::keyClick(m_list, Qt::Key(key));
        QCOMPARE(m_runs, 2);
        QCOMPARE(m_list->currentRow(), row);
        m_text->setFocus();
        QTest::keyClick(m_text, Qt::Key(key));
        QCOMPARE(m_runs, 2);
    }

    void keypadEnterIsEnter()
    {
        m_router->add({.id = "act", .title = "Act", .key = Qt::Key_Return, .run = [this] { ++m_runs; }});
        QTest::keyClick(m_button, Qt::Key_Enter, Qt::KeypadModifier);
        QCOMPARE(m_runs, 1);
    }

    void aPageHasItsOwnMeaning()
    {
        int other = 0;
        m_router->add({.id = "a", .page = "operate", .title = "A", .key = Qt::Key_R, .run = [this] { ++m_runs; }});
        m_router->add({.id = "b", .page = "review", .title = "B", .key = Qt::Key_R, .run = [&] { ++other; }});
        m_router->setPage("operate");
        QTest::keyClick(m_button, Qt::Key_R);
        m_router->setPage("review");
        QTest::keyClick(m_button, Qt::Key_R);
        QCOMPARE(m_runs, 1);
        QCOMPARE(other, 1);
    }

    void autoRepeatRunsOnlyWhatRepeats()
    {
        m_router->add({.id = "a", .title = "A", .key = Qt::Key_A, .run = [this] { ++m_runs; }});
        QKeyEvent repeat(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, "a", true);
        QTest::keyPress(m_button, Qt::Key_A);
        QCoreApplication::sendEvent(m_button, &repeat);
        QCOMPARE(m_runs, 1);
    }

    void aHeldKeyIsReleasedByKeyUpFocusAndHiding_data()
    {
        QTest::addColumn<QString>("how");
        for (const char* how : {"key-up", "focus", "hidden", "page"}) QTest::newRow(how) << how;
    }
    void aHeldKeyIsReleasedByKeyUpFocusAndHiding()
    {
        QFETCH(QString, how);
        m_router->add({.id = "drive",
                       .title = "Drive",
                       .key = Qt::Key_Space,
                       .run = [this] { ++m_runs; },
                       .released = [this] { ++m_releases; }});
        QTest::keyPress(m_button, Qt::Key_Space);
        QKeyEvent repeatedUp(QEvent::KeyRelease, Qt::Key_Space, Qt::NoModifier, " ", true);
        QKeyEvent repeatedDown(QEvent::KeyPress, Qt::Key_Space, Qt::NoModifier, " ", true);
        QCoreApplication::sendEvent(m_button, &repeatedUp);
        QCoreApplication::sendEvent(m_button, &repeatedDown);
        QCOMPARE(m_runs, 1);
        QCOMPARE(m_releases, 0);
        if (how == "key-up") QTest::keyRelease(m_button, Qt::Key_Space);
        if (how == "focus") {
            QEvent deactivate(QEvent::WindowDeactivate);
            QCoreApplication::sendEvent(m_window.get(), &deactivate);
        }
        if (how == "hidden") m_window->hide();
        if (how == "page") m_router->setPage("review");
        QCOMPARE(m_releases, 1);
    }

    void stopComesFirstEvenInText()
    {
        bool commands = true;
        int stops = 0;
        m_router->setStop([&] {
            stops += commands;
            return commands;
        });
        m_text->setFocus();
        QTest::keyClick(m_text, Qt::Key_Escape);
        QCOMPARE(stops, 1);
        commands = false;
        m_router->add({.id = "cancel", .title = "Cancel", .key = Qt::Key_Escape, .run = [this] { ++m_runs; }});
        m_button->setFocus();
        QTest::keyClick(m_button, Qt::Key_Escape);
        QCOMPARE(stops, 1);
        QCOMPARE(m_runs, 1);
    }

    void rebindingRefusesAConflictAndIsRemembered()
    {
        m_router->add({.id = "a", .page = "p", .title = "First", .key = Qt::Key_A, .run = [this] { ++m_runs; }});
        m_router->add({.id = "b", .page = "p", .title = "Second", .key = Qt::Key_B, .run = [] {}});
        m_router->setPage("p");
        QCOMPARE(m_router->rebind("a", Qt::Key_B), QString("Second"));
        QVERIFY(m_router->rebind("a", Qt::Key_C).isEmpty());
        QTest::keyClick(m_button, Qt::Key_C);
        QCOMPARE(m_runs, 1);
        KeyRouter another(*m_window);
        another.add({.id = "a", .page = "p", .title = "First", .key = Qt::Key_A, .run = [] {}});
        QCOMPARE(another.acts().front().key, QKeySequence(Qt::Key_C));
        another.resetAll();
        QCOMPARE(another.acts().front().key, QKeySequence(Qt::Key_A));
    }

private:
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<KeyRouter> m_router;
    QLineEdit* m_text = nullptr;
    QPushButton* m_button = nullptr;
    QListWidget* m_list = nullptr;
    int m_runs = 0;
    int m_releases = 0;
};

QTEST_MAIN(TestKeyRouter)
#include "tst_keyrouter.moc"
