#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include "app/studio/annotatepage.h"
#include "app/studio/labelpanel.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/theme.h"
#include "widgets/timeline.h"

using namespace understudy;

/// The page in a window, driven by keys and by the mouse.
class TestAnnotatePage : public QObject {
    Q_OBJECT

    static constexpr Duration kPeriod = 100 * kMillisecond;

    static AnnotateEpisode episode(const QString& id = "one")
    {
        AnnotateEpisode made{
            .id = id, .title = "Put the red block in the tray", .duration = 10 * kSecond, .cameras = {"head", "wrist"}};
        for (int i = 0; i < 100; ++i) made.imageTimes.push_back(i * kPeriod);
        made.marks = {{.time = 4 * kSecond, .text = "gripper closes"}};
        PlotCurve curve{.name = "left", .colour = Qt::blue};
        for (int i = 0; i < 1000; ++i) {
            curve.times.push_back(i * 10 * kMillisecond);
            curve.values.push_back(static_cast<float>(i % 50));
        }
        made.plots = {{.title = "Wrist speed", .unit = "m/s", .curves = {curve}}};
        return made;
    }

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(m_window->focusWidget() ? m_window->focusWidget() : m_window.get(), key, modifiers);
    }

    QPoint at(double seconds, int tier) const
    {
        const Timeline& timeline = m_page->timeline();
        const double x =
            Timeline::left() + timeline.axis().toX(fromSeconds(seconds), timeline.width() - Timeline::left());
        return {int(std::lround(x)), tier < 0 ? 10 : 28 + 4 + tier * 40 + 18};
    }

    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {})
    {
        Timeline& timeline = m_page->timeline();
        QTest::mousePress(&timeline, Qt::LeftButton, modifiers, from);
        QMouseEvent move(QEvent::MouseMove, to, timeline.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, modifiers);
        QApplication::sendEvent(&timeline, &move);
        QTest::mouseRelease(&timeline, Qt::LeftButton, modifiers, to);
    }

    const std::vector<LabelledSegment>& segments() const { return m_page->labels().segments(); }

    bool near(Timestamp time, double seconds) const { return std::abs(toSeconds(time) - seconds) < 0.021; }

private slots:
    void initTestCase()
    {
        QCoreApplication::setApplicationName("tst_annotatepage");
        QStandardPaths::setTestModeEnabled(true);
        QSettings().clear();
        applyTheme(*qApp, ThemeName::Dark);
    }

    void init()
    {
        m_window = std::make_unique<QMainWindow>();
        m_keys = new KeyRouter(*m_window);
        m_page = new AnnotatePage(*m_keys);
        m_window->setCentralWidget(m_page);
        m_keys->setPage("annotate");
        m_page->setTiers({{.id = "skill", .title = "Skill"}, {.id = "error", .title = "Error"}});
        m_page->setVocabulary({{.id = "reach", .title = "Reach", .otherTitle = "伸向", .initials = "sx"},
                               {.id = "grasp", .title = "Grasp", .otherTitle = "抓取", .initials = "zq"},
                               {.id = "lift", .title = "Lift", .otherTitle = "提起", .initials = "tq"}});
        m_window->resize(1680, 1020);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_page->setFocus();
        m_page->open(episode());
    }

    void cleanup() { m_window.reset(); }

    void enterLabelsAScriptWithOneKeyASegment()
    {
        for (const double end : {1.0, 2.5, 4.0}) {
            m_page->player().seek(fromSeconds(end));
            key(Qt::Key_Return);
        }
        QCOMPARE(segments().size(), 3U);
        QCOMPARE(segments()[0].label, QString("reach"));
        QCOMPARE(segments()[1].label, QString("grasp"));
        QCOMPARE(segments()[2].label, QString("lift"));
        QCOMPARE(segments()[1].start, kSecond);
        QCOMPARE(segments()[2].end, 4 * kSecond);
    }

    void enterAcceptsADraftAndGoesToTheNextEdge()
    {
        AnnotateEpisode drafted = episode("two");
        drafted.segments = {
            {.id = "d1", .tier = "skill", .label = "reach", .start = 0, .end = 2 * kSecond, .draft = true},
            {.id = "d2", .tier = "skill", .label = "grasp", .start = 2 * kSecond, .end = 3 * kSecond, .draft = true}};
        m_page->open(drafted);
        key(Qt::Key_Return);
        QVERIFY(!m_page->labels().find("d1")->draft);
        QCOMPARE(m_page->player().time(), 2 * kSecond);
        key(Qt::Key_Return);
        QVERIFY(!m_page->labels().find("d2")->draft);
        QCOMPARE(m_page->player().time(), 3 * kSecond);
    }

    void segmentsAreMadeMovedSplitLabelledAndDeletedByKey()
    {
        m_page->player().seek(3 * kSecond);
        key(Qt::Key_Return);
        key(Qt::Key_2);
        QCOMPARE(segments()[0].label, QString("grasp"));
        m_page->player().seek(kSecond);
        key(Qt::Key_I);
        QCOMPARE(segments()[0].start, kSecond);
        m_page->player().seek(5 * kSecond);
        key(Qt::Key_O);
        QCOMPARE(segments()[0].end, 5 * kSecond);
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_S);
        QCOMPARE(segments().size(), 2U);
        key(Qt::Key_Delete);
        QCOMPARE(segments().size(), 1U);
        QCOMPARE(segments()[0].end, 2 * kSecond);
        for (int i = 0; i < 6; ++i) key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(segments().empty());
        for (int i = 0; i < 6; ++i) key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(segments().size(), 1U);
        QCOMPARE(segments()[0].label, QString("grasp"));
    }

    void segmentsAreMadeMovedSplitLabelledAndDeletedByMouse()
    {
        drag(at(1, 0), at(3, 0));
        QCOMPARE(segments().size(), 1U);
        QVERIFY(near(segments()[0].start, 1) && near(segments()[0].end, 3));
        drag(at(3, 0) - QPoint(2, 0), at(5, 0));
        QVERIFY(near(segments()[0].end, 5));
        drag(at(2, 0), at(3, 0));
        QVERIFY(near(segments()[0].start, 2) && near(segments()[0].end, 6));
        auto* list = m_page->findChild<QListWidget*>("annotate.labels");
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(2)).center());
        QCOMPARE(segments()[0].label, QString("lift"));
        QTest::mouseClick(&m_page->timeline(), Qt::LeftButton, {}, at(4, -1));
        QTest::mouseClick(m_page->findChild<QPushButton*>("annotate.split"), Qt::LeftButton);
        QCOMPARE(segments().size(), 2U);
        QTest::mouseClick(m_page->findChild<QPushButton*>("annotate.delete"), Qt::LeftButton);
        QCOMPARE(segments().size(), 1U);
        QTest::mouseClick(m_page->findChild<QPushButton*>("annotate.undo"), Qt::LeftButton);
        QCOMPARE(segments().size(), 2U);
        QTest::mouseClick(m_page->findChild<QPushButton*>("annotate.redo"), Qt::LeftButton);
        QCOMPARE(segments().size(), 1U);
    }

    void droppedEdgesSnapToMarksElseToImages()
    {
        drag(at(1.03, 0), at(3.96, 0));
        QCOMPARE(segments()[0].start, kSecond);    // the nearest image
        QCOMPARE(segments()[0].end, 4 * kSecond);  // the mark
        drag(at(4, 0) - QPoint(2, 0), at(5.234, 0));
        QCOMPARE(segments()[0].end, fromSeconds(5.2));
        key(Qt::Key_N);
        QVERIFY(!m_page->timeline().snaps());
        drag(at(5.2, 0) - QPoint(2, 0), at(6.237, 0));
        QVERIFY(segments()[0].end % kPeriod != 0);
        key(Qt::Key_N);
        drag(at(toSeconds(segments()[0].end), 0) - QPoint(2, 0), at(7.237, 0), Qt::AltModifier);
        QVERIFY(segments()[0].end % kPeriod != 0);
    }

    void stepsAndShuttleFollowTheImages()
    {
        EpisodePlayer& player = m_page->player();
        key(Qt::Key_Right);
        QCOMPARE(player.time(), kPeriod);
        QTest::keyClick(m_page, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(player.image(), 11);
        key(Qt::Key_Left);
        QCOMPARE(player.image(), 10);
        key(Qt::Key_L);
        QCOMPARE(player.speed(), 1.0);
        key(Qt::Key_L);
        QCOMPARE(player.speed(), 2.0);
        key(Qt::Key_J);
        QCOMPARE(player.speed(), -1.0);
        key(Qt::Key_K);
        QVERIFY(!player.isPlaying());
        key(Qt::Key_Space);
        QTRY_VERIFY(player.time() > 1200 * kMillisecond);
        key(Qt::Key_Space);
        QVERIFY(!player.isPlaying());
    }

    void theLeftHandHasASetOfItsOwn()
    {
        QTest::mouseClick(m_page->findChild<QPushButton*>("annotate.keySet"), Qt::LeftButton);
        QTRY_COMPARE(m_page->keys(), AnnotateKeys::LeftHand);
        QTRY_VERIFY(std::ranges::count(m_keys->acts(), QString("annotate.left.goOn"), &KeyAct::id) == 1);
        EpisodePlayer& player = m_page->player();
        key(Qt::Key_D);
        QCOMPARE(player.image(), 1);
        key(Qt::Key_A);
        QCOMPARE(player.image(), 0);
        player.seek(2 * kSecond);
        key(Qt::Key_F);
        QCOMPARE(segments().size(), 1U);
        player.seek(4 * kSecond);
        key(Qt::Key_Q);
        QCOMPARE(player.time(), 2 * kSecond);
        key(Qt::Key_Q);
        QCOMPARE(player.time(), 0);
        key(Qt::Key_E);
        QCOMPARE(player.time(), 2 * kSecond);
        key(Qt::Key_X);
        key(Qt::Key_J);
        QVERIFY(!player.isPlaying());
        for (const KeyAct& act : m_keys->acts()) {
            if (act.page != "annotate" || act.key.isEmpty() || act.id.endsWith("cancel") || act.id.endsWith("keySet"))
                continue;
            const QKeyCombination combination = act.key[0];
            static const QString kLeft = "QWERTASDFGZXCVB123456789 0";
            const bool tab = combination.key() == Qt::Key_Tab || combination.key() == Qt::Key_Space;
            QVERIFY2(tab || kLeft.contains(QKeySequence(combination.key()).toString()), qPrintable(act.id));
        }
    }

    void keysOfBothSetsAreFreeOfConflicts()
    {
        for (const AnnotateKeys set : {AnnotateKeys::LeftHand, AnnotateKeys::Usual}) {
            m_page->setKeys(set);
            QCoreApplication::processEvents();
            for (const KeyAct& act : m_keys->acts())
                for (const KeyAct& other : m_keys->acts())
                    QVERIFY2(&act == &other || act.key.isEmpty() || act.key != other.key,
                             qPrintable(act.id + " " + other.id));
        }
    }

    void aLabelIsFoundByTypingWhateverTheInputMethod()
    {
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_Return);
        key(Qt::Key_Slash);
        auto* search = m_page->findChild<QLineEdit*>("annotate.search");
        QVERIFY(search->hasFocus());
        QVERIFY(!search->testAttribute(Qt::WA_InputMethodEnabled));
        QTest::keyClicks(search, "zq");
        QCOMPARE(segments().size(), 1U);  // letters and digits went into the text
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(segments()[0].label, QString("grasp"));
        QVERIFY(!search->hasFocus());
        key(Qt::Key_Slash);
        QTest::keyClicks(search, "li");
        QTest::keyClick(search, Qt::Key_Escape);
        QVERIFY(search->text().isEmpty() && !search->hasFocus());
        QCOMPARE(segments()[0].label, QString("grasp"));
    }

    void nothingButTextTakesTheInputMethod()
    {
        for (QWidget* widget : m_page->findChildren<QWidget*>())
            QVERIFY2(!widget->testAttribute(Qt::WA_InputMethodEnabled), qPrintable(widget->objectName()));
        QVERIFY(!m_page->inputMethodQuery(Qt::ImEnabled).toBool());
    }

    void escCancelsADragThenPausesThenDeselects()
    {
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_Return);
        Timeline& timeline = m_page->timeline();
        QTest::mousePress(&timeline, Qt::LeftButton, {}, at(2, 0) - QPoint(2, 0));
        QMouseEvent move(QEvent::MouseMove, at(5, 0), timeline.mapToGlobal(at(5, 0)), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(&timeline, &move);
        key(Qt::Key_Escape);
        QTest::mouseRelease(&timeline, Qt::LeftButton, {}, at(5, 0));
        QCOMPARE(segments()[0].end, 2 * kSecond);
        QVERIFY(!timeline.selected().isEmpty());
        m_page->player().play(1);
        key(Qt::Key_Escape);
        QVERIFY(!m_page->player().isPlaying());
        key(Qt::Key_Escape);
        QVERIFY(timeline.selected().isEmpty());
        bool stopped = false;
        m_keys->setStop([&] { return stopped = true; });
        key(Qt::Key_Slash);
        key(Qt::Key_Escape);
        QVERIFY(stopped);
    }

    void edgesTiersAndZoomByKey()
    {
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_Return);
        key(Qt::Key_BracketLeft);
        QCOMPARE(m_page->player().time(), 0);
        key(Qt::Key_BracketRight);
        QCOMPARE(m_page->player().time(), 2 * kSecond);
        key(Qt::Key_Down);
        QCOMPARE(m_page->timeline().currentTier(), 1);
        key(Qt::Key_Return);
        QCOMPARE(segments().size(), 2U);
        QCOMPARE(m_page->labels().at("error", kSecond)->tier, QString("error"));
        key(Qt::Key_Up);
        QCOMPARE(m_page->timeline().currentTier(), 0);
        key(Qt::Key_Equal);
        QVERIFY(m_page->timeline().axis().to - m_page->timeline().axis().from < 10 * kSecond);
        key(Qt::Key_0);
        QCOMPARE(m_page->timeline().axis().to, 10 * kSecond);
        QSignalSpy submitted(m_page, &AnnotatePage::submitWanted);
        key(Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(submitted.count(), 1);
        QSignalSpy stepped(m_page, &AnnotatePage::nextEpisodeWanted);
        key(Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(stepped.count(), 1);
    }

    void savingIsShown()
    {
        std::vector<std::function<void(const QString&)>> open;
        m_page->labels().setStore([&](const auto&, auto done) { open.push_back(std::move(done)); });
        auto* saved = m_page->findChild<QLabel*>("annotate.saved");
        const QString whenSaved = saved->text();
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_Return);
        QVERIFY(saved->text() != whenSaved);
        open.front()({});
        QCOMPARE(saved->text(), whenSaved);
        key(Qt::Key_2);
        open.back()("the library is gone");
        QCOMPARE(segments()[0].label, QString("reach"));
        QVERIFY(m_page->messages().text().contains("the library is gone"));
    }

    void opensWhereItWasLeft()
    {
        AnnotateEpisode left = episode("left");
        left.segments = {{.id = "s", .tier = "skill", .label = "reach", .start = kSecond, .end = 3 * kSecond}};
        m_page->open(left);
        key(Qt::Key_Equal);
        QTest::mouseClick(&m_page->timeline(), Qt::LeftButton, {}, at(1.5, 0));
        m_page->player().seek(fromSeconds(1.7));
        key(Qt::Key_Down);
        const AnnotatePlace place = m_page->place();
        QCOMPARE(place.selected, QString("s"));
        m_page->open(episode("other"), place);
        QCOMPARE(m_page->player().time(), 0);
        m_page->open(left, place);
        QVERIFY(m_page->place() == place);
    }

    void withoutCamerasAndRobotItSaysSoAndGoesOn()
    {
        AnnotateEpisode bare = episode("bare");
        bare.cameras.clear();
        bare.imageTimes.clear();
        m_page->open(bare);
        m_page->show(AnnotateMoment{});
        QVERIFY(m_page->findChild<QLabel*>("annotate.noRobot")->isVisible());
        QVERIFY(!m_page->viewport().isVisible());
        QVERIFY(!m_page->messages().text().isEmpty());
        key(Qt::Key_Right);
        QVERIFY(m_page->player().time() > 0);
        m_page->player().seek(2 * kSecond);
        key(Qt::Key_Return);
        QCOMPARE(segments().size(), 1U);
    }

    void anImageThatCannotBeReadSaysWhy()
    {
        AnnotateMoment moment{.time = 0,
                              .images = {QImage(), QImage(32, 24, QImage::Format_RGB32)},
                              .notes = {"head.mp4 is cut short", ""}};
        m_page->show(moment);
        QVERIFY(m_page->cameras()[0]->image().isNull());
        QVERIFY(!m_page->cameras()[1]->image().isNull());
        QCOMPARE(m_page->cameras()[0]->placeholder(), QString("head.mp4 is cut short"));
    }

    void labelsAreReadableAndAreNoOtherHue()
    {
        const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
        const auto luminance = [&](const QColor& c) {
            return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
        };
        for (const ThemeName name : {ThemeName::Dark, ThemeName::Light}) {
            const Theme& theme = Theme::of(name);
            for (int label = 0; label < 18; ++label) {
                const double a = luminance(theme.text);
                const double b = luminance(theme.label(label));
                QVERIFY((std::max(a, b) + 0.05) / (std::min(a, b) + 0.05) >= 4.5);
                for (const QColor& taken : {theme.accent, theme.good, theme.caution, theme.bad, theme.ghost,
                                            theme.leftHand, theme.rightHand, theme.bothHands}) {
                    const int apart = std::abs(theme.label(label).hslHue() - taken.hslHue());
                    QVERIFY2(std::min(apart, 360 - apart) >= 15, qPrintable(QString::number(label)));
                }
            }
        }
    }

private:
    std::unique_ptr<QMainWindow> m_window;
    KeyRouter* m_keys = nullptr;
    AnnotatePage* m_page = nullptr;
};

QTEST_MAIN(TestAnnotatePage)
#include "tst_annotatepage.moc"
