#include "app/studio/sessioncontroller.h"

#include <algorithm>
#include <cmath>

#include <spdlog/spdlog.h>

#include "app/studio/mousesource.h"
#include "app/studio/recorderview.h"
#include "app/studio/sessionimage.h"
#include "app/studio/sessionnotes.h"
#include "app/studio/sessionstartpicture.h"
#include "core/file.h"
#include "storage/read/libraryreader.h"
#include "storage/tray.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kPollMs = 33;
constexpr std::size_t kShownTakes = 5;

QString text(const std::string& value) { return QString::fromStdString(value); }

constexpr double kRoomWanted = 15;  ///< minutes that removing takes in the tray aims at

QString outcomeWord(const EpisodeRow& row)
{
    if (row.state == EpisodeState::Tray) return SessionController::tr("set aside");
    if (row.outcome == Outcome::Success) return SessionController::tr("success");
    if (row.outcome == Outcome::Failure) return SessionController::tr("failure");
    return SessionController::tr("kept");
}

/// What else a take may have been of.
std::vector<TaskChoice> tasksOf(const std::filesystem::path& library)
{
    const auto reader = LibraryReader::open(library);
    if (!reader) return {};
    const Result<std::vector<Task>> tasks = (*reader)->tasks();
    if (!tasks) return {};
    std::vector<TaskChoice> choices;
    for (const Task& task : *tasks) choices.push_back({.id = text(task.id), .name = text(task.name)});
    return choices;
}

/// Removes takes in the tray of a station; all of them, or until so much is free.
void emptyTrayOf(const std::filesystem::path& library, const std::string& station,
                 std::optional<std::uint64_t> untilFreeBytes)
{
    const auto reader = LibraryReader::open(library);
    const auto writer = LibraryWriter::open(library);
    if (!reader || !writer) return;
    PosixFileSystem files;
    const Result<EmptiedTray> emptied =
        emptyTray(files, **reader, **writer, {.untilFreeBytes = untilFreeBytes, .stations = {station}});
    if (!emptied) spdlog::warn("the tray of {} could not be emptied: {}", station, emptied.error().message);
    if (emptied)
        for (const std::string& kept : emptied->kept) spdlog::warn("the tray of {}: {}", station, kept);
}

QString verdictWord(QualityVerdict verdict)
{
    switch (verdict) {
    case QualityVerdict::Clean:
        return SessionController::tr("clean");
    case QualityVerdict::Look:
        return SessionController::tr("to look at");
    case QualityVerdict::Unusable:
        return SessionController::tr("unusable");
    }
    return {};
}

/// The verdict in words, with the heaviest reason; a part of a sentence.
QString sentenceOf(const QualityReport& report)
{
    const Finding* worst = report.worst();
    if (worst == nullptr) return verdictWord(report.verdict());
    QString reason = text(worst->reason);
    if (reason.endsWith(QLatin1Char('.'))) reason.chop(1);
    return SessionController::tr("%1: %2").arg(verdictWord(report.verdict()), reason);
}

}  // namespace

SessionController::SessionController(OperatePage& page, QObject* parent) : QObject(parent), m_page(page)
{
    m_thread.setObjectName(QStringLiteral("session"));
    m_context.moveToThread(&m_thread);
    m_thread.start();
    connectPage();
    m_poll.setInterval(kPollMs);
    connect(&m_poll, &QTimer::timeout, this, &SessionController::poll);
    connect(&m_sleep, &SleepGuard::leaving, this, [this] {
        letGo();
        emit acted(QStringLiteral("lock"));
    });
    connect(&m_sleep, &SleepGuard::changed, this, [this] {
        if (!m_sleep.problem().isEmpty() && m_page.messages().text().isEmpty())
            m_page.messages().say(MessageBar::Kind::Info, m_sleep.problem());
    });
}

SessionController::~SessionController()
{
    close();
    // The shift ends with the window: what was set aside in it goes.
    QMetaObject::invokeMethod(
        &m_context,
        [this] {
            if (m_wasOpen) emptyTrayOf(m_wish.library, m_wish.station.name, std::nullopt);
            m_thread.quit();
        },
        Qt::QueuedConnection);
    m_thread.wait();
}

void SessionController::connectPage()
{
    m_page.setActs(
        {.holdToDrive = [this](bool held) { holdToDrive(held); },
         .stop = [this] { (void)requestStop(); },
         .startTake = [this] { startTake(); },
         .success = [this] { endTake(Outcome::Success, {}, false); },
         .failure = [this](const QString& cause) { endTake(Outcome::Failure, cause, false); },
         .redo = [this] { endTake(Outcome::Unknown, {}, true); },
         .bringBack = [this](const QString& episode) { bringBack(episode); },
         .correct = [this](const QString& episode, const Correction& correction) { correct(episode, correction); },
         .clear = [this] { clear(); },
         .home = [this](bool held) { home(held); },
         .mark =
             [this] {
                 if (!m_session || !m_recording) return;
                 m_session->mark("mark");
                 m_page.messages().say(MessageBar::Kind::Info, tr("This moment is marked."));
                 emit acted(QStringLiteral("mark"));
             },
         .drive = [this](Driver driver) { drive(driver); },
         .takeCommand = [this](const QString& serial) { takeCommand(serial); },
         .chooseHand = [this](int side) { m_side = std::clamp(side, 0, kSideCount - 1); },
         .moveHand = [this](int side, const Eigen::Vector3d& metres) { moveHand(side, metres); },
         .turnHand =
             [this](double radians) {
                 if (m_mouse && isEngaged(m_shown.phase))
                     m_mouse->turn(kSides[static_cast<std::size_t>(m_side)], {0, 0, radians});
             },
         .grip =
             [this] {
                 if (!m_mouse) return;
                 const Side side = kSides[static_cast<std::size_t>(m_side)];
                 m_mouse->setClosure(side, m_mouse->closure(side) > 0.5F ? 0.0F : 1.0F);
             }});
}

void SessionController::open(SessionWish wish)
{
    m_wish = std::move(wish);
    reopen();
}

void SessionController::close()
{
    m_poll.stop();
    m_mouse = nullptr;
    m_scene.reset();
    m_sleep.release();
    if (!m_session) return;
    QMetaObject::invokeMethod(
        &m_context, [old = std::shared_ptr<TeleopSession>(std::move(m_session))]() mutable { old.reset(); },
        Qt::QueuedConnection);
}

void SessionController::reopen()
{
    close();
    m_opening = true;
    m_page.messages().beginWork(tr("Preparing the session …"), [] {});
    QMetaObject::invokeMethod(
        &m_context,
        [this, wish = m_wish] {
            SessionOptions options{.station = wish.station,
                                   .library = wish.library,
                                   .practice = wish.practice,
                                   .releaseEachPass = true,
                                   .robot = wish.robot};
            MouseSource* mouse = nullptr;
            if (wish.driver == Driver::Mouse) {
                auto device = std::make_unique<MouseSource>();
                mouse = device.get();
                options.device = std::move(device);
                options.station.mode = "clutch";
            }
            options.progress = [this](const std::string& line) {
                QMetaObject::invokeMethod(
                    this, [this, line] { m_page.messages().showProgress(text(line), 0.5); }, Qt::QueuedConnection);
            };
            Result<std::unique_ptr<TeleopSession>> session = TeleopSession::open(std::move(options));
            if (session) {
                (*session)->setBarred(true);  // until the page shows where things stand
                if (const Result<void> started = (*session)->start(); !started)
                    session = tl::unexpected(started.error());
            }
            const QImage start = session ? startPictureOf(wish.library, wish.station.task) : QImage();
            QMetaObject::invokeMethod(
                this,
                [this, mouse, start, tasks = session ? tasksOf(wish.library) : std::vector<TaskChoice>(),
                 session = std::make_shared<decltype(session)>(std::move(session))] {
                    m_opening = false;
                    if (*session) {
                        if (m_startPicture.isNull()) m_startPicture = start;
                        m_tasks = tasks;
                        adopt(std::move(**session), mouse);
                    } else {
                        const QString problem = text(session->error().message);
                        m_page.messages().finishWork(MessageBar::Kind::Bad, problem);
                        emit failed(problem);
                    }
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SessionController::adopt(std::unique_ptr<TeleopSession> session, MouseSource* mouse)
{
    m_session = std::move(session);
    m_mouse = mouse;
    m_scene = std::make_unique<SceneSource>(m_session->robot());
    m_trails = {};
    m_page.setModel(toScene(m_session->robot()));
    m_imageSequences.assign(m_session->cameraCount(), 0);
    m_confirmed = m_session->robotInfo().kind == RobotKind::Simulated;
    m_reset = false;
    m_homeHeld = false;
    bar();
    m_sleep.hold();
    QStringList notes;
    for (const SessionNote& note : m_session->notes()) notes << sentenceOf(note);
    m_page.messages().finishWork(notes.isEmpty() ? MessageBar::Kind::Good : MessageBar::Kind::Caution,
                                 notes.isEmpty() ? tr("Ready. R starts a take.") : notes.join(QLatin1Char(' ')));
    m_wasOpen = true;
    m_poll.start();
    emit opened();
}

void SessionController::bar()
{
    if (m_session) m_session->setBarred(m_reset || m_away || !m_confirmed);
}

void SessionController::setAway(bool away)
{
    if (away) letGo();
    m_away = away;
    bar();
}

void SessionController::letGo()
{
    if (m_mouse) m_mouse->hold(false);
    home(false);
    if (m_session && m_recording) endTake(Outcome::Unknown, {}, false);
}

void SessionController::holdToDrive(bool held)
{
    if (m_mouse) {
        m_mouse->hold(held);
        if (held) emit acted(QStringLiteral("hold"));
    } else if (held && m_session) {
        m_page.messages().say(MessageBar::Kind::Info,
                              tr("The station's rig drives. Choose mouse and keys to drive here."),
                              tr("Mouse and keys"), [this] { drive(Driver::Mouse); });
    }
}

void SessionController::drive(Driver driver)
{
    if (m_opening || driver == m_wish.driver) return;
    if (m_busy || m_recording) {
        m_page.messages().say(MessageBar::Kind::Info, tr("End the take first: a session has one driver."));
        return;
    }
    m_wish.driver = driver;
    reopen();
}

void SessionController::takeCommand(const QString& serial)
{
    if (!m_session || m_confirmed) return;
    const QString wanted = text(m_session->robotInfo().serial);
    if (serial.trimmed() != wanted) {
        m_page.messages().say(MessageBar::Kind::Caution,
                              tr("This is not the robot's serial. It stands on the plate: %1.").arg(wanted));
        return;
    }
    m_confirmed = true;
    m_page.messages().say(MessageBar::Kind::Caution, tr("You command a real robot."));
    m_page.setFocus();
    bar();
    emit acted(QStringLiteral("command"));
}

void SessionController::moveHand(int side, const Eigen::Vector3d& metres)
{
    if (!m_mouse) return;
    if (!isEngaged(m_shown.phase)) {
        m_page.messages().say(MessageBar::Kind::Info, tr("Hold to drive first: the hand moves while you hold."));
        return;
    }
    const Pose base = m_scene->base(m_shown.scene);
    m_mouse->push(kSides[static_cast<std::size_t>(side)], base.orientation.conjugate() * metres);
}

bool SessionController::requestStop()
{
    if (!m_session) return false;
    m_session->requestStop();
    if (m_mouse) m_mouse->hold(false);
    m_page.messages().say(MessageBar::Kind::Caution,
                          m_session->robotInfo().stop == StopBehaviour::Damps
                              ? tr("Stop requested: the robot is damped and will sink.")
                              : tr("Stop requested: the robot keeps its posture."),
                          tr("Go on"), [this] { clear(); });
    emit acted(QStringLiteral("stop"));
    return true;
}

void SessionController::home(bool held)
{
    if (!m_session || held == m_homeHeld) return;
    m_homeHeld = held;
    if (held && m_shown.phase == TeleopPhase::Ready) {
        m_session->goHome();
        m_homeAsked = true;
        emit acted(QStringLiteral("home"));
    }
}

void SessionController::clear()
{
    if (!m_session) return;
    if (m_shown.phase == TeleopPhase::Stopped || m_shown.phase == TeleopPhase::Fault) {
        m_session->clearStop();
        m_page.messages().clear();
        emit acted(QStringLiteral("clear"));
        return;
    }
    if (!m_reset || m_busy || m_shown.phase != TeleopPhase::Ready) return;
    m_session->resetScene(m_seed++);
    m_reset = false;
    bar();
    m_page.messages().clear();
    emit acted(QStringLiteral("clear"));
}

void SessionController::startTake()
{
    if (!m_session || m_busy || m_recording || m_reset || !m_confirmed) return;
    if (m_session->judge().blocked()) return tellBlocked();
    m_busy = true;
    m_takeStart = m_newestImage;
    QMetaObject::invokeMethod(
        &m_context,
        [this, session = m_session.get()] {
            const Result<std::string> begun = session->startTake();
            QMetaObject::invokeMethod(
                this,
                [this, begun] {
                    m_busy = false;
                    m_recording = begun.has_value();
                    m_toldLost = false;
                    if (begun)
                        m_page.messages().clear();
                    else
                        m_page.messages().say(MessageBar::Kind::Bad, text(begun.error().message));
                    if (begun && m_away) endTake(Outcome::Unknown, {}, false);
                    if (begun) emit acted(QStringLiteral("start"));
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SessionController::endTake(Outcome outcome, const QString& cause, bool redo)
{
    if (!m_session || m_busy || !m_recording) return;
    m_busy = true;
    m_recording = false;
    m_reset = true;
    bar();
    if (m_mouse) m_mouse->hold(false);
    QMetaObject::invokeMethod(
        &m_context,
        [this, session = m_session.get(), outcome, why = cause.toStdString(), redo] {
            const Result<TakeReport> take = redo ? session->redoTake() : session->endTake(outcome, why);
            QMetaObject::invokeMethod(
                this,
                [this, take, redo, quality = session->lastQuality()] {
                    m_busy = false;
                    if (take)
                        takeIsKept(*take, quality, redo);
                    else
                        m_page.messages().say(MessageBar::Kind::Bad, text(take.error().message));
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SessionController::takeIsKept(const TakeReport& take, const LiveReport& quality, bool redo)
{
    const EpisodeRow& row = take.episode.row;
    if (!redo && !m_wish.practice) ++m_done;
    if (row.outcome == Outcome::Success && take.problem.empty() && !m_takeStart.isNull()) m_startPicture = m_takeStart;
    const QualityVerdict verdict = quality.report.verdict();
    const bool clean = take.problem.empty() && (redo || verdict == QualityVerdict::Clean);
    const bool broken = !take.problem.empty() || (!redo && verdict == QualityVerdict::Unusable);
    const QString said = !take.problem.empty() ? text(take.problem)
                         : quality.complete    ? sentenceOf(quality.report)
                                               : tr("being checked …");
    m_lastTakes.push_front({.id = text(row.id),
                            .outcome = outcomeWord(row),
                            .good = !broken && row.outcome != Outcome::Failure && !redo,
                            .seconds = toSeconds(row.durationNs),
                            .reason = redo ? text(take.problem) : said});
    m_lastTakes.front().setAside = redo;
    m_lastTakes.front().task = text(row.task);
    if (m_lastTakes.size() > kShownTakes) m_lastTakes.pop_back();
    const QString kept = redo ? tr("Set aside. Park the robot and make the table ready.")
                              : tr("Kept, %1. Park the robot and make the table ready.").arg(said);
    m_page.messages().say(clean    ? MessageBar::Kind::Good
                          : broken ? MessageBar::Kind::Bad
                                   : MessageBar::Kind::Caution,
                          take.problem.empty() ? kept : text(take.problem));
    emit takeEnded(text(row.id));
    emit acted(redo ? QStringLiteral("redo") : QStringLiteral("end"));
}

void SessionController::bringBack(const QString& episode)
{
    change(episode, [id = episode.toStdString()](LibraryWriter& writer, const std::string& person) {
        return writer.moveTo(person, id, EpisodeState::Recorded);
    });
}

void SessionController::correct(const QString& episode, const Correction& correction)
{
    change(episode, [id = episode.toStdString(), correction](LibraryWriter& writer, const std::string& person) {
        return writer.correct(person, id, correction);
    });
}

void SessionController::change(const QString& episode,
                               std::function<Result<void>(LibraryWriter&, const std::string& person)> act)
{
    QMetaObject::invokeMethod(
        &m_context,
        [this, library = m_wish.library, name = m_wish.station.operatorName, id = episode.toStdString(),
         act = std::move(act)] {
            const auto changed = [&]() -> Result<EpisodeRow> {
                const auto writer = LibraryWriter::open(library);
                if (!writer) return tl::unexpected(writer.error());
                const Result<std::string> person = (*writer)->ensurePerson({}, name);
                if (!person) return tl::unexpected(person.error());
                if (const Result<void> done = act(**writer, *person); !done) return tl::unexpected(done.error());
                const auto reader = LibraryReader::open(library);
                if (!reader) return tl::unexpected(reader.error());
                return (*reader)->show(id);
            }();
            QMetaObject::invokeMethod(
                this,
                [this, changed] {
                    if (changed)
                        showChanged(*changed);
                    else
                        m_page.messages().say(MessageBar::Kind::Bad, text(changed.error().message));
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SessionController::showChanged(const EpisodeRow& row)
{
    for (LastTake& take : m_lastTakes) {
        if (take.id != text(row.id)) continue;
        const bool back = take.setAside && row.state != EpisodeState::Tray;
        if (back && !m_wish.practice) ++m_done;
        if (back && m_session) m_session->judge().judge(row.id);
        take.outcome = outcomeWord(row);
        take.setAside = row.state == EpisodeState::Tray;
        take.good = row.outcome != Outcome::Failure;
        take.task = text(row.task);
        m_page.messages().say(MessageBar::Kind::Good, back ? tr("The take is back in the library.")
                                                           : tr("Corrected; the history keeps what it was."));
    }
    emit takeChanged(text(row.id));
}

void SessionController::watchDisk(const RecorderStatus& recorder)
{
    if (recorder.minutesLeft < 0 || recorder.room == m_room) return;
    const bool worse = recorder.room > m_room;
    m_room = recorder.room;
    if (!worse) return;
    m_page.messages().say(m_room == DiskRoom::Last ? MessageBar::Kind::Bad : MessageBar::Kind::Caution,
                          warningOf(m_room, recorder.minutesLeft));
    QMetaObject::invokeMethod(
        &m_context,
        [library = m_wish.library, station = m_wish.station.name, minutes = std::max(0.1, recorder.minutesLeft)] {
            PosixFileSystem files;
            const Result<std::uint64_t> free = files.freeBytes(library);
            if (!free) return;
            const double wanted = static_cast<double>(*free) * kRoomWanted / minutes;
            emptyTrayOf(library, station, static_cast<std::uint64_t>(wanted));
        },
        Qt::QueuedConnection);
}

void SessionController::poll()
{
    if (!m_session) return;
    if (m_mouse) m_mouse->keepAlive();
    for (const BlackBoxReport& fault : m_session->takeFaults()) m_fault = describe(fault);
    m_shown = view();
    const bool homing = m_shown.phase == TeleopPhase::Disengaging && m_shown.reason == HoldReason::Parked;
    if (homing && m_homeAsked && !m_homeHeld) {
        m_session->goHome();  // asked again it stops on its way
        m_homeAsked = false;
    }
    if (m_page.isVisible())
        m_page.show(m_shown);
    else
        m_page.showState(m_shown);
    emit viewed(m_shown);
    tellQuality();
}

void SessionController::tellQuality()
{
    if (const auto lost = m_session->lostTake(); lost && m_recording && !m_toldLost) {
        m_toldLost = true;
        m_page.messages().say(MessageBar::Kind::Bad, tr("This take is lost: end it. %1").arg(text(lost->reason)));
    }
    // Once the table is ready: before that nobody wants to start.
    const bool blocked = !m_busy && !m_reset && m_session->judge().blocked();
    if (blocked && !m_toldBlocked) tellBlocked();
    m_toldBlocked = blocked;
    for (const JudgedTake& judged : m_session->judge().judged()) {
        const QString said = judged.problem.empty() ? sentenceOf(judged.report) : text(judged.problem);
        for (LastTake& take : m_lastTakes) {
            if (take.id != text(judged.episode)) continue;
            take.reason = said;
            take.good = take.good && judged.report.verdict() != QualityVerdict::Unusable;
        }
        if (!judged.problem.empty())
            m_page.messages().say(MessageBar::Kind::Bad, said);
        else if (judged.live && judged.report.verdict() > *judged.live)
            m_page.messages().say(judged.report.verdict() == QualityVerdict::Unusable ? MessageBar::Kind::Bad
                                                                                      : MessageBar::Kind::Caution,
                                  tr("The files of a take were checked: %1").arg(said));
        emit takeJudged(text(judged.episode));
    }
}

void SessionController::tellBlocked()
{
    const std::optional<Finding> blocked = m_session->judge().blocked();
    if (!blocked) return;
    m_page.messages().say(MessageBar::Kind::Bad, tr("Two takes in a row were lost. %1").arg(text(blocked->reason)),
                          tr("It was seen to"), [this] {
                              m_session->judge().acknowledge();
                              m_page.messages().clear();
                          });
}

OperateView SessionController::view()
{
    OperateView view;
    const RobotInfo& robot = m_session->robotInfo();
    view.connected = true;
    view.plate = {.real = robot.kind == RobotKind::Real,
                  .model = text(robot.name),
                  .serial = text(robot.serial),
                  .stopDamps = robot.stop == StopBehaviour::Damps};
    view.confirmed = m_confirmed;
    view.reset = m_reset;
    view.recording = m_recording;
    view.canStart = !m_busy && !m_recording && !m_reset && m_confirmed;
    view.whyNoStart = m_reset ? tr("Make the table ready, then press C.") : QString();
    view.startPicture = m_startPicture;
    view.driver = m_wish.driver;
    view.device = m_wish.station.rig.front().kind == "motion" ? tr("Played-back person") : tr("Station's rig");
    view.side = m_side;
    view.task = text(m_session->station().task);
    view.instruction = text(m_session->station().instructionZh);
    view.practice = m_wish.practice;
    view.done = m_done;
    view.lastTakes.assign(m_lastTakes.begin(), m_lastTakes.end());
    view.tasks = m_tasks;
    view.fault = m_fault;
    view.awake = m_sleep.problem();
    viewRecorder(view);
    viewTeleop(view);
    return view;
}

void SessionController::viewTeleop(OperateView& view)
{
    const TeleopStatus* status = m_session->teleop();
    if (status != nullptr) {
        view.phase = status->phase;
        view.reason = status->holdReason;
        view.gateOpen = status->gateOpen;
        view.latencyMs = status->latencyNs > 0 ? status->latencyNs * 1e-6 : m_shown.latencyMs;
        for (const WristTracking& wrist : status->wrists)
            if (wrist.active) view.trackingMm = std::max(view.trackingMm, 1000.0 * wrist.positionError);
    }
    if (const Eigen::VectorXd* scene = m_session->scene()) m_scene->setScene(*scene);
    const RobotState* state = m_session->robotState();
    if (state == nullptr) return;
    const std::vector<JointInfo>& joints = m_session->robot().joints();
    view.atHome = status != nullptr && status->command.size() == static_cast<Eigen::Index>(joints.size());
    for (std::size_t i = 0; view.atHome && i < joints.size(); ++i)
        view.atHome = std::abs(status->command[static_cast<Eigen::Index>(i)] - joints[i].rest) < 0.01;
    view.scene = m_scene->frame(state->position, status ? status->target : Eigen::VectorXd());
    if (const ContactSample* contacts = m_session->contacts()) m_scene->addContacts(view.scene, *contacts);

    std::array<std::optional<Eigen::Vector3d>, kSideCount> wanted;
    const Pose base = m_scene->base(view.scene);
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        if (status != nullptr && status->wrists[i].active && isEngaged(view.phase))
            wanted[i] = base * status->wrists[i].target.position;
        const std::optional<Pose> tool = m_scene->wrist(view.scene, side);
        if (m_mouse == nullptr || !tool) continue;
        const Theme& theme = Theme::current();
        view.handles.push_back({.position = wanted[i].value_or(tool->position),
                                .colour = side == Side::Left ? theme.leftHand : theme.rightHand,
                                .chosen = indexOf(side) == m_side});
    }
    m_trails.extend(*m_scene, view.scene, wanted, state->stamps.arrival);
}

void SessionController::viewRecorder(OperateView& view)
{
    const RecorderStatus recorder = m_session->recorder();
    showRecorder(view, recorder);
    watchDisk(recorder);
    for (std::size_t i = 0; i < m_session->cameraCount(); ++i) {
        const CameraInfo& info = m_session->camera(i);
        CameraPicture picture{
            .name = text(info.name), .image = {}, .note = tr("%1 Hz").arg(info.rateHz, 0, 'f', 0), .problem = {}};
        const ImageRef image = m_session->image(i);
        if (image && image->sequence + 1 != m_imageSequences[i]) {
            m_imageSequences[i] = image->sequence + 1;
            picture.image = toQImage(*image);
            if (i == 0) m_newestImage = picture.image;
            // Once the repaint that follows is through.
            if (m_page.isVisible())
                QTimer::singleShot(0, this, [this, i, capture = image->stamps.capture] {
                    if (m_session) m_session->shown(i, capture);
                });
        }
        for (const StreamLine& line : view.streams)
            if (line.name == picture.name && !line.problem.isEmpty()) picture.problem = line.problem;
        view.cameras.push_back(std::move(picture));
    }
}

}  // namespace understudy
