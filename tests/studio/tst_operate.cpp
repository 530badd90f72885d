#include <QSignalSpy>

#include "studiofixture.h"

#include <QLabel>
#include <QMenu>
#include <QRegularExpression>

#include "app/studio/operatecards.h"
#include "storage/librarywriter.h"
#include "widgets/robotviewport.h"

using namespace understudy;
using namespace understudy::test;

namespace {

/// A real robot's stand-in: where it was last sent, a state every 4 ms.
class PretendedRobot final : public RobotLink {
public:
    PretendedRobot(const RobotModel& model, const Clock& clock) : m_clock(clock)
    {
        m_info = {.name = model.name(),
                  .serial = "G1-0042",
                  .kind = RobotKind::Real,
                  .stop = StopBehaviour::Damps,
                  .stateRateHz = 250,
                  .jointNames = model.jointNames(),
                  .descriptionHash = model.hash()};
        RobotState state;
        state.position.resize(static_cast<Eigen::Index>(model.joints().size()));
        for (std::size_t i = 0; i < model.joints().size(); ++i)
            state.position[static_cast<Eigen::Index>(i)] = model.joints()[i].rest;
        state.velocity = state.effort = Eigen::VectorXd::Zero(state.position.size());
        m_states.prepare(state);
        m_sent.prepare({.position = state.position, .velocity = state.velocity});
    }
    ~PretendedRobot() override { stop(); }

    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink& sink) override
    {
        if (auto opened = m_states.recordTo(
                sink, {.name = "/robot/joint_states", .kind = "robot", .rateHz = 250, .names = m_info.jointNames});
            !opened)
            return opened;
        m_thread = std::jthread([this](const std::stop_token& stopping) {
            while (!stopping.stop_requested()) {
                RobotState& state = m_states.value();
                if (const JointCommand* command = m_sent.read(); command && command->mode == CommandMode::Position)
                    state.position = command->position;
                const Timestamp now = m_clock.now();
                state.stamps = {.device = now, .capture = now, .arrival = now};
                ++state.sequence;
                m_states.publish();
                std::this_thread::sleep_for(std::chrono::milliseconds(4));
            }
        });
        return {};
    }
    void stop() override { m_thread = {}; }
    bool send(const JointCommand& command) override
    {
        m_sent.write(command);
        return true;
    }
    SourceHealth health() const override { return {.state = SourceState::Running}; }

private:
    const Clock& m_clock;
    RobotInfo m_info;
    Publisher<RobotState> m_states;
    Latest<JointCommand> m_sent;
    std::jthread m_thread;
};

}  // namespace

/// The operate page under a person's hands: real key and mouse events, a real session on the embedded robot.
class TestOperate : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { useOwnSettings("operate"); }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup()
    {
        m_studio.reset();
        m_folder.reset();
        QSettings().clear();
    }

    void drivesByKeyboardAndMouse();
    void keysOfAnEngagedRobotBelongToThePage();
    void aTakeEndsInAResetThatOnlyClearEnds();
    void redoAndFailureSayWhatTheTakeWas();
    void aTakeSetAsideComesBackByOnePressUntilTheShiftEnds();
    void theOperatorCorrectsOwnTakesUntilTheyAreJudged();
    void theVerdictStandsAndTwoLostTakesBlockTheNext();
    void aFaultSaysWhereItsLastSecondsAreKept();
    void escapeIsTheStopRequestOnEveryPage();
    void leavingThePageLetsGoAndKeepsTheTake();
    void closingTheWindowKeepsTheTake();
    void losingTheFocusLetsGoAndThePageSaysSo();
    void theDriverIsSwitchedOnThePage();
    void aRealRobotMovesOnlyAfterItsSerialWasTyped();
    void aSessionWithTheWindowOpenDropsNothing();

private:
    void start(Driver driver = Driver::Mouse, bool cameras = false, decltype(SessionOptions::robot) robot = {});
    void engage();
    void takeFor(int milliseconds);
    [[nodiscard]] const OperateView& view() { return m_studio->session().shown(); }
    [[nodiscard]] StudioWindow& window() { return m_studio->window(); }
    [[nodiscard]] std::filesystem::path library() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Studio> m_studio;
};

void TestOperate::start(Driver driver, bool cameras, decltype(SessionOptions::robot) robot)
{
    m_studio = std::make_unique<Studio>(StudioOptions{.library = library(), .workspace = "operate", .language = "en"});
    m_studio->show();
    QVERIFY(QTest::qWaitForWindowExposed(&window()));
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    QSignalSpy opened(&m_studio->session(), &SessionController::opened);
    QSignalSpy failed(&m_studio->session(), &SessionController::failed);
    m_studio->session().open({.station = station(cameras), .library = library(), .driver = driver, .robot = robot});
    QTRY_VERIFY_WITH_TIMEOUT(opened.count() + failed.count() > 0, kPatience);
    QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : qPrintable(failed.front().front().toString()));
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
}

void TestOperate::engage()
{
    press(window(), Qt::Key_Space);
    QTRY_VERIFY2_WITH_TIMEOUT(view().phase == TeleopPhase::Active, describe(view()), kPatience);
}

void TestOperate::takeFor(int milliseconds)
{
    click(window(), Qt::Key_R);
    QTRY_VERIFY2_WITH_TIMEOUT(view().recording && view().takeSeconds * 1000 > milliseconds, describe(view()),
                              kPatience);
}

void TestOperate::drivesByKeyboardAndMouse()
{
    start();
    QCOMPARE(view().handles.size(), std::size_t(2));
    const Eigen::VectorXd rest = m_studio->session().session()->robotState()->position;
    engage();
    QCOMPARE(m_studio->operatePage().banner().word(), QString("ACTIVE"));

    RobotViewport& viewport = m_studio->operatePage().viewport();
    const Eigen::Vector3d before = view().handles[0].position;
    const Eigen::Vector3d other = view().handles[1].position;
    const QPoint grip = viewport.handleAt(0);
    QTest::mousePress(&viewport, Qt::LeftButton, {}, grip);
    for (int i = 1; i <= 8; ++i) {
        QTest::mouseMove(&viewport, grip + QPoint(0, -8 * i));
        QTest::qWait(15);
    }
    QTest::mouseRelease(&viewport, Qt::LeftButton, {}, grip + QPoint(0, -64));
    QCOMPARE(view().side, 0);
    QTRY_VERIFY_WITH_TIMEOUT(view().handles[0].position.z() > before.z() + 0.06, kPatience);
    QVERIFY((view().handles[1].position - other).norm() < 0.01);
    QTRY_VERIFY_WITH_TIMEOUT(view().trackingMm < 30, kPatience);
    QVERIFY((m_studio->session().session()->robotState()->position - rest).norm() > 0.05);
    QVERIFY(!view().scene.trails.empty());

    // Depth by key, the other hand, its gripper.
    const Eigen::Vector3d high = view().handles[1].position;
    click(window(), Qt::Key_Q);
    QTRY_COMPARE_WITH_TIMEOUT(view().side, 1, kPatience);
    for (int i = 0; i < 5; ++i) click(window(), Qt::Key_W);
    const Eigen::Vector3d away = -viewport.camera().back();
    QTRY_VERIFY_WITH_TIMEOUT((view().handles[1].position - high).dot(away) > 0.04, kPatience);
    click(window(), Qt::Key_G);
    const auto gripper = m_studio->session().session()->robot().jointIndex("right_gripper");
    QVERIFY(gripper);
    QTRY_VERIFY_WITH_TIMEOUT(m_studio->session().session()->robotState()->position[*gripper] < 0.02, kPatience);

    // Auto-repeat changes nothing; letting go is the first stop.
    QKeyEvent repeatedUp(QEvent::KeyRelease, Qt::Key_Space, Qt::NoModifier, " ", true);
    QApplication::sendEvent(&m_studio->operatePage(), &repeatedUp);
    QTest::qWait(60);
    QVERIFY(isEngaged(view().phase));
    release(window(), Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    QCOMPARE(view().reason, HoldReason::HoldToDriveReleased);
}

void TestOperate::keysOfAnEngagedRobotBelongToThePage()
{
    start();
    auto* field = new QLineEdit(&m_studio->operatePage());
    field->show();
    field->setFocus();
    QCOMPARE(QApplication::focusWidget(), field);
    m_studio->operatePage().setFocus();
    engage();
    field->setFocus();
    QTRY_VERIFY_WITH_TIMEOUT(QApplication::focusWidget() == &m_studio->operatePage(), kPatience);
    for (const QPushButton* button : m_studio->operatePage().findChildren<QPushButton*>())
        if (button->isVisible() && !button->objectName().isEmpty())
            QVERIFY2(button->focusPolicy() == Qt::NoFocus, qPrintable(button->objectName()));
    QVERIFY(!m_studio->operatePage().testAttribute(Qt::WA_InputMethodEnabled));
    QVERIFY(!m_studio->operatePage().viewport().testAttribute(Qt::WA_InputMethodEnabled));
    release(window(), Qt::Key_Space);
}

void TestOperate::aTakeEndsInAResetThatOnlyClearEnds()
{
    start();
    engage();
    takeFor(400);
    click(window(), Qt::Key_M);
    click(window(), Qt::Key_Return);
    QTRY_VERIFY2_WITH_TIMEOUT(view().reset && view().lastTakes.size() == 1, describe(view()), kPatience);
    QTRY_VERIFY2_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, describe(view()), kPatience);
    QCOMPARE(m_studio->operatePage().banner().word(), QString("RESET"));
    QVERIFY(view().lastTakes.front().good);

    // Nobody engages and no take starts, whatever is pressed.
    release(window(), Qt::Key_Space);
    press(window(), Qt::Key_Space);
    click(window(), Qt::Key_R);
    QTest::qWait(400);
    QVERIFY2(view().phase == TeleopPhase::Ready && !view().recording, describe(view()));
    release(window(), Qt::Key_Space);

    // Home while it is held, no longer.
    if (!view().atHome) {
        press(window(), Qt::Key_H);
        QTRY_VERIFY2_WITH_TIMEOUT(view().atHome, describe(view()), kPatience);
        release(window(), Qt::Key_H);
    }
    QTRY_VERIFY2_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, describe(view()), kPatience);
    click(window(), Qt::Key_C);
    QTRY_VERIFY2_WITH_TIMEOUT(!view().reset, describe(view()), kPatience);
    engage();
    release(window(), Qt::Key_Space);

    const std::vector<EpisodeRow> rows = episodes(library());
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows.front().outcome, Outcome::Success);
    QVERIFY(!rows.front().practice);
}

void TestOperate::redoAndFailureSayWhatTheTakeWas()
{
    start();
    takeFor(200);
    click(window(), Qt::Key_Z);
    QTRY_VERIFY2_WITH_TIMEOUT(view().reset && view().lastTakes.size() == 1, describe(view()), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    click(window(), Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(!view().reset && view().canStart, kPatience);
    takeFor(200);
    click(window(), Qt::Key_2);  // no cause is asked for yet
    QTest::qWait(50);
    QVERIFY(view().recording);
    click(window(), Qt::Key_F);
    auto* causes = m_studio->operatePage().findChild<CauseCard*>();
    QVERIFY(causes != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(causes->isVisible(), kPatience);
    click(window(), Qt::Key_F);
    QTRY_VERIFY_WITH_TIMEOUT(!causes->isVisible(), kPatience);
    QVERIFY(view().recording);
    click(window(), Qt::Key_F);
    click(window(), Qt::Key_2);
    QTRY_VERIFY2_WITH_TIMEOUT(view().lastTakes.size() == 2, describe(view()), kPatience);
    const std::vector<EpisodeRow> rows = episodes(library());
    QCOMPARE(rows.size(), std::size_t(2));
    QCOMPARE(rows[0].outcome, Outcome::Failure);
    QCOMPARE(rows[0].cause, std::string("missed"));
    QCOMPARE(rows[1].state, EpisodeState::Tray);
}

void TestOperate::aTakeSetAsideComesBackByOnePressUntilTheShiftEnds()
{
    start();
    for (const int take : {1, 2}) {
        takeFor(200);
        click(window(), Qt::Key_Z);
        QTRY_VERIFY2_WITH_TIMEOUT(view().reset && view().lastTakes.size() == std::size_t(take), describe(view()),
                                  kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
        click(window(), Qt::Key_C);
        QTRY_VERIFY_WITH_TIMEOUT(!view().reset && view().canStart, kPatience);
    }
    QVERIFY(view().lastTakes[0].setAside && view().lastTakes[1].setAside);
    QCOMPARE(view().done, 0);
    const std::string newest = view().lastTakes[0].id.toStdString();
    const std::string older = view().lastTakes[1].id.toStdString();
    click(window(), Qt::Key_U);
    QTRY_VERIFY_WITH_TIMEOUT(!view().lastTakes[0].setAside, kPatience);
    QCOMPARE(view().done, 1);
    const auto stateOf = [&](const std::string& id) {
        const auto reader = LibraryReader::open(library());
        return reader ? (*reader)->show(id) : tl::unexpected(reader.error());
    };
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(newest)->state == EpisodeState::Checked, kPatience);
    QCOMPARE(stateOf(older)->state, EpisodeState::Tray);
    const std::filesystem::path folder = library() / stateOf(older)->path;
    QVERIFY(std::filesystem::exists(folder));

    // With the window the shift ends: what still lies in the tray goes, the rest stays.
    window().close();
    m_studio.reset();
    QVERIFY(!stateOf(older));
    QVERIFY(!std::filesystem::exists(folder));
    QCOMPARE(stateOf(newest)->state, EpisodeState::Checked);
}

void TestOperate::theOperatorCorrectsOwnTakesUntilTheyAreJudged()
{
    start();
    takeFor(200);
    click(window(), Qt::Key_E);  // not while a take runs
    QVERIFY(m_studio->operatePage().findChild<QMenu*>("operate.correction") == nullptr);
    click(window(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(view().lastTakes.size() == 1 && view().phase == TeleopPhase::Ready, kPatience);
    const std::string id = view().lastTakes[0].id.toStdString();
    const auto row = [&] { return (*LibraryReader::open(library()))->show(id); };
    QTRY_COMPARE_WITH_TIMEOUT(row()->state, EpisodeState::Checked, kPatience);
    const auto choose = [&](int downs) {
        click(window(), Qt::Key_E);
        QMenu* menu = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((menu = m_studio->operatePage().findChild<QMenu*>("operate.correction")) != nullptr &&
                                     menu->isVisible(),
                                 kPatience);
        for (int i = 0; i < downs; ++i) QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Return);
    };
    choose(3);  // success, dropped, missed
    QTRY_COMPARE_WITH_TIMEOUT(row()->outcome, Outcome::Failure, kPatience);
    QCOMPARE(row()->cause, std::string("missed"));
    QTRY_VERIFY_WITH_TIMEOUT(!view().lastTakes[0].good, kPatience);
    const auto history = (*LibraryReader::open(library()))->history(id);
    QVERIFY(history && std::any_of(history->begin(), history->end(), [](const HistoryEntry& entry) {
                return entry.field == "outcome" && entry.from == "success" && entry.to == "failure";
            }));

    QVERIFY((*LibraryWriter::open(library()))->judge({}, id, Verdict::Accepted));
    choose(1);
    QTRY_VERIFY_WITH_TIMEOUT(m_studio->operatePage().messages().text().contains("accepted"), kPatience);
    QCOMPARE(row()->outcome, Outcome::Failure);
}

void TestOperate::theVerdictStandsAndTwoLostTakesBlockTheNext()
{
    start();
    MessageBar& messages = m_studio->operatePage().messages();
    QSignalSpy judged(&m_studio->session(), &SessionController::takeJudged);
    takeFor(400);
    click(window(), Qt::Key_Return);
    QTRY_VERIFY2_WITH_TIMEOUT(view().lastTakes.size() == 1, describe(view()), kPatience);
    static const QRegularExpression kVerdict("^(clean|to look at: .+[^.])$");
    QVERIFY2(kVerdict.match(view().lastTakes[0].reason).hasMatch(), qPrintable(view().lastTakes[0].reason));
    QCOMPARE(messages.text(), "Kept, " + view().lastTakes[0].reason + ". Park the robot and make the table ready.");
    const std::string id = view().lastTakes[0].id.toStdString();
    QTRY_COMPARE_WITH_TIMEOUT(judged.count(), 1, kPatience);
    QCOMPARE(judged.front().front().toString().toStdString(), id);
    QVERIFY2(kVerdict.match(view().lastTakes[0].reason).hasMatch(), qPrintable(view().lastTakes[0].reason));

    // Two takes that lost samples of one stream.
    TakeReport lost;
    lost.episode.row.id = id;
    lost.streams = {{.name = "head", .kind = "camera", .count = 100, .dropped = 3}};
    for (int take = 0; take < 2; ++take) {
        LiveReport said;
        m_studio->session().session()->judge().ended(lost, said);
    }
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    click(window(), Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(!view().reset, kPatience);
    QTRY_VERIFY2_WITH_TIMEOUT(messages.text().startsWith("Two takes in a row were lost."), qPrintable(messages.text()),
                              kPatience);
    click(window(), Qt::Key_R);
    QTest::qWait(400);
    QVERIFY2(!view().recording, describe(view()));
    QPushButton* seenTo = nullptr;
    for (QPushButton* button : messages.findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == "It was seen to") seenTo = button;
    QVERIFY(seenTo != nullptr);
    QTest::mouseClick(seenTo, Qt::LeftButton);
    takeFor(200);
    click(window(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(view().lastTakes.size(), std::size_t(2), kPatience);
}

void TestOperate::aFaultSaysWhereItsLastSecondsAreKept()
{
    start();
    auto* fault = m_studio->operatePage().findChild<QLabel*>("operate.fault");
    QVERIFY(fault != nullptr && !fault->isVisible());
    engage();
    click(window(), Qt::Key_Escape);
    release(window(), Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(fault->isVisible(), kPatience);
    QVERIFY2(fault->text().contains("stop request"), qPrintable(fault->text()));
    const QString file = fault->text().section("blackbox/", 1);
    QVERIFY2(std::filesystem::exists(library() / "blackbox" / file.toStdString()), qPrintable(fault->text()));
}

void TestOperate::escapeIsTheStopRequestOnEveryPage()
{
    start();
    engage();
    click(window(), Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Stopped, kPatience);
    QCOMPARE(m_studio->operatePage().banner().word(), QString("STOPPED"));
    release(window(), Qt::Key_Space);
    click(window(), Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    click(window(), Qt::Key_3, Qt::ControlModifier);
    QCOMPARE(window().currentPage(), QString("review"));
    for (QLineEdit* field : m_studio->reviewPage().findChildren<QLineEdit*>()) {
        if (!field->isVisible()) continue;
        field->setFocus();
        break;
    }
    click(window(), Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Stopped, kPatience);
}

void TestOperate::leavingThePageLetsGoAndKeepsTheTake()
{
    start();
    engage();
    takeFor(300);
    click(window(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(window().currentPage(), QString("annotate"));
    QTRY_VERIFY2_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, describe(view()), kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(episodes(library()).size(), std::size_t(1), kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(episodes(library()).front().state, EpisodeState::Checked, kPatience);
    release(window(), Qt::Key_Space);
    click(window(), Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(view().reset && view().canStart == false, kPatience);
    click(window(), Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(!view().reset, kPatience);
    engage();
    release(window(), Qt::Key_Space);
}

void TestOperate::closingTheWindowKeepsTheTake()
{
    start();
    engage();
    takeFor(300);
    window().close();
    m_studio.reset();
    const std::vector<EpisodeRow> rows = episodes(library());
    QCOMPARE(rows.size(), std::size_t(1));
    const EpisodeState state = rows.front().state;  // the studio may or may not have read it by now
    QVERIFY(state == EpisodeState::Recorded || state == EpisodeState::Checked);
    QCOMPARE(rows.front().outcome, Outcome::Unknown);
    QVERIFY(rows.front().durationNs > 200 * kMillisecond);
}

void TestOperate::losingTheFocusLetsGoAndThePageSaysSo()
{
    start();
    auto* hint = m_studio->operatePage().findChild<QWidget*>("operate.focus");
    QVERIFY(hint != nullptr && !hint->isVisible());
    engage();
    QWidget other;
    other.show();
    other.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&other));
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(hint->isVisible(), kPatience);
    other.close();
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    QTRY_VERIFY_WITH_TIMEOUT(!hint->isVisible(), kPatience);
    engage();
    window().hide();
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
}

void TestOperate::theDriverIsSwitchedOnThePage()
{
    start(Driver::Station);
    QVERIFY(view().handles.empty());
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Active, kPatience);  // the played-back person drives
    QSignalSpy opened(&m_studio->session(), &SessionController::opened);
    auto* mouse = m_studio->operatePage().findChild<QPushButton*>("operate.driver.mouse");
    QVERIFY(mouse != nullptr);
    QTest::mouseClick(mouse, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(view().handles.size() == 2 && view().phase == TeleopPhase::Ready, kPatience);
    QVERIFY(mouse->isChecked());
    engage();
    release(window(), Qt::Key_Space);
}

void TestOperate::aRealRobotMovesOnlyAfterItsSerialWasTyped()
{
    start(Driver::Mouse, false, [](const RobotModel& model, const Clock& clock) -> Result<std::unique_ptr<RobotLink>> {
        return std::make_unique<PretendedRobot>(model, clock);
    });
    QVERIFY(view().plate.real && !view().confirmed);
    QCOMPARE(m_studio->operatePage().banner().word(), QString("LOCKED"));
    auto* serial = m_studio->operatePage().findChild<QLineEdit*>("operate.serial");
    QVERIFY(serial != nullptr && serial->isVisible());
    m_studio->operatePage().setFocus();
    press(window(), Qt::Key_Space);
    click(window(), Qt::Key_R);
    QTest::qWait(300);
    QVERIFY2(view().phase == TeleopPhase::Ready && !view().recording, describe(view()));
    release(window(), Qt::Key_Space);

    QTest::mouseClick(serial, Qt::LeftButton);
    QTest::keyClicks(serial, "g1-0042");
    QTest::keyClick(serial, Qt::Key_Return);
    QTest::qWait(100);
    QVERIFY(!view().confirmed);
    serial->selectAll();
    QTest::keyClicks(serial, "G1-0042");
    QTest::keyClick(serial, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(view().confirmed, kPatience);
    QVERIFY(!serial->isVisible());
    engage();
    click(window(), Qt::Key_Escape);
    QVERIFY(m_studio->operatePage().messages().text().contains("sink"));
    release(window(), Qt::Key_Space);
}

void TestOperate::aSessionWithTheWindowOpenDropsNothing()
{
    start(Driver::Mouse, true);
    engage();
    takeFor(4000);
    click(window(), Qt::Key_Return);
    QTRY_VERIFY2_WITH_TIMEOUT(view().lastTakes.size() == 1, describe(view()), kPatience);
    QVERIFY2(view().lastTakes.front().good, qPrintable(view().lastTakes.front().reason));
    QVERIFY(!view().startPicture.isNull());
    const auto reader = LibraryReader::open(library());
    QVERIFY(reader);
    const Result<EpisodeRow> row = (*reader)->show(view().lastTakes.front().id.toStdString());
    QVERIFY(row);
    for (const StreamRow& stream : row->streams) {
        QVERIFY2(stream.dropped == 0, stream.name.c_str());
        QVERIFY2(stream.count > 0 || stream.kind == "event", stream.name.c_str());
    }
    release(window(), Qt::Key_Space);
}

QTEST_MAIN(TestOperate)
#include "tst_operate.moc"
