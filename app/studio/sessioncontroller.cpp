#include "app/studio/sessioncontroller.h"

#include <algorithm>
#include <cmath>

#include "widgets/messagebar.h"

namespace understudy {
namespace {

constexpr int kPollMs = 33;
constexpr std::size_t kShownTakes = 5;

QString text(const std::string& value) { return QString::fromStdString(value); }

QString outcomeWord(const TakeReport& take)
{
    if (take.episode.row.state == EpisodeState::Tray) return SessionController::tr("set aside");
    if (take.episode.row.outcome == Outcome::Success) return SessionController::tr("success");
    if (take.episode.row.outcome == Outcome::Failure) return SessionController::tr("failure");
    return SessionController::tr("kept");
}

QImage toQImage(const Image& image)
{
    if (image.format != PixelFormat::Rgb8) return {};
    return QImage(reinterpret_cast<const uchar*>(image.data.data()), image.width, image.height, 3 * image.width,
                  QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

}  // namespace

SessionController::SessionController(OperatePage& page, QObject* parent) : QObject(parent), m_page(page)
{
    m_thread.setObjectName(QStringLiteral("session"));
    m_context.moveToThread(&m_thread);
    m_thread.start();
    m_page.setActs({.holdToDrive = [](bool) {},
                    .stop = [this] { (void)requestStop(); },
                    .startTake = [this] { startTake(); },
                    .success = [this] { endTake(Outcome::Success, {}, false); },
                    .failure = [this](const QString& cause) { endTake(Outcome::Failure, cause, false); },
                    .redo = [this] { endTake(Outcome::Unknown, {}, true); },
                    .clear = [this] { clear(); },
                    .home =
                        [this] {
                            if (m_session) m_session->goHome();
                            emit acted(QStringLiteral("home"));
                        },
                    .mark =
                        [this] {
                            if (m_session && m_recording) m_session->mark("mark");
                            emit acted(QStringLiteral("mark"));
                        }});
    m_poll.setInterval(kPollMs);
    connect(&m_poll, &QTimer::timeout, this, &SessionController::poll);
}

SessionController::~SessionController()
{
    m_poll.stop();
    QMetaObject::invokeMethod(
        &m_context, [this] { m_session.reset(); }, Qt::QueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void SessionController::open(const Station& station, const std::filesystem::path& library, bool practice)
{
    m_page.messages().beginWork(tr("Preparing the session …"), [] {});
    QMetaObject::invokeMethod(
        &m_context,
        [this, station, library, practice] {
            SessionOptions options{
                .station = station, .library = library, .practice = practice, .releaseEachPass = true};
            options.progress = [this](const std::string& line) {
                QMetaObject::invokeMethod(
                    this, [this, line] { m_page.messages().showProgress(text(line), 0.5); }, Qt::QueuedConnection);
            };
            Result<std::unique_ptr<TeleopSession>> session = TeleopSession::open(std::move(options));
            if (session) {
                if (const Result<void> started = (*session)->start(); !started)
                    session = tl::unexpected(started.error());
            }
            QMetaObject::invokeMethod(
                this,
                [this, session = std::make_shared<decltype(session)>(std::move(session))] {
                    if (*session) {
                        adopt(std::move(**session));
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

void SessionController::adopt(std::unique_ptr<TeleopSession> session)
{
    m_session = std::move(session);
    m_scene = std::make_unique<SceneSource>(m_session->robot());
    m_page.setModel(toScene(m_session->robot()));
    m_imageSequences.assign(m_session->cameraCount(), 0);
    QStringList notes;
    for (const std::string& note : m_session->notes()) notes << text(note);
    m_page.messages().finishWork(notes.isEmpty() ? MessageBar::Kind::Good : MessageBar::Kind::Caution,
                                 notes.isEmpty() ? tr("Ready. R starts a take.") : notes.join(QLatin1Char(' ')));
    m_poll.start();
    emit opened();
}

void SessionController::letGo()
{
    if (!m_session) return;
    if (m_recording) endTake(Outcome::Unknown, {}, false);
}

bool SessionController::requestStop()
{
    if (!m_session) return false;
    m_session->requestStop();
    m_page.messages().say(MessageBar::Kind::Caution, tr("Stop requested: the robot keeps its posture."), tr("Go on"),
                          [this] { clear(); });
    emit acted(QStringLiteral("stop"));
    return true;
}

void SessionController::clear()
{
    if (!m_session) return;
    m_session->clearStop();
    if (m_reset) m_session->resetScene(m_seed++);
    m_reset = false;
    m_page.messages().clear();
    emit acted(QStringLiteral("clear"));
}

void SessionController::startTake()
{
    if (!m_session || m_busy || m_recording) return;
    m_busy = true;
    QMetaObject::invokeMethod(
        &m_context,
        [this, session = m_session.get()] {
            const Result<std::string> begun = session->startTake();
            QMetaObject::invokeMethod(
                this,
                [this, begun] {
                    m_busy = false;
                    m_recording = begun.has_value();
                    if (begun)
                        m_page.messages().clear();
                    else
                        m_page.messages().say(MessageBar::Kind::Bad, text(begun.error().message));
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
    QMetaObject::invokeMethod(
        &m_context,
        [this, session = m_session.get(), outcome, why = cause.toStdString(), redo] {
            const Result<TakeReport> take = redo ? session->redoTake() : session->endTake(outcome, why);
            QMetaObject::invokeMethod(
                this,
                [this, take, redo] {
                    m_busy = false;
                    if (!take) {
                        m_page.messages().say(MessageBar::Kind::Bad, text(take.error().message));
                        return;
                    }
                    const EpisodeRow& row = take->episode.row;
                    if (!redo) ++m_done;
                    m_lastTakes.push_front({.id = text(row.id),
                                            .outcome = outcomeWord(*take),
                                            .good = take->problem.empty() && row.outcome != Outcome::Failure && !redo,
                                            .seconds = toSeconds(row.durationNs),
                                            .reason = text(take->problem)});
                    if (m_lastTakes.size() > kShownTakes) m_lastTakes.pop_back();
                    m_reset = true;
                    m_session->requestStop();
                    m_page.messages().say(take->problem.empty() ? MessageBar::Kind::Good : MessageBar::Kind::Bad,
                                          take->problem.empty()
                                              ? (redo ? tr("Set aside. Make the table ready, then press C.")
                                                      : tr("Kept. Make the table ready, then press C."))
                                              : text(take->problem));
                    emit takeEnded(text(row.id));
                    emit acted(redo ? QStringLiteral("redo") : QStringLiteral("end"));
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void SessionController::poll()
{
    if (m_session && m_page.isVisible()) m_page.show(view());
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
    const TeleopStatus* status = m_session->teleop();
    if (status != nullptr) {
        view.phase = status->phase;
        view.reason = status->holdReason;
        view.latencyMs = status->latencyNs * 1e-6;
        double worst = 0;
        for (const WristTracking& wrist : status->wrists)
            if (wrist.active) worst = std::max(worst, static_cast<double>(wrist.positionError));
        view.trackingMm = 1000 * worst;
    }
    view.reset = m_reset;
    view.recording = m_recording;
    view.canStart = !m_busy && !m_recording && !m_reset;
    view.whyNoStart = m_reset ? tr("Make the table ready, then press C.") : QString();
    view.task = text(m_session->station().task);
    view.instruction = text(m_session->station().instructionZh);
    view.done = m_done;
    view.lastTakes.assign(m_lastTakes.begin(), m_lastTakes.end());

    const RecorderStatus recorder = m_session->recorder();
    view.takeSeconds = toSeconds(recorder.takeDuration);
    view.diskMinutes = recorder.minutesLeft;
    for (const StreamStatus& stream : recorder.streams)
        view.streams.push_back({.name = text(stream.name),
                                .rateHz = stream.rateHz,
                                .announcedHz = stream.announcedHz,
                                .dropped = stream.dropped,
                                .problem = stream.silent ? tr("silent") : QString()});
    for (std::size_t i = 0; i < m_session->cameraCount(); ++i) {
        const CameraInfo& info = m_session->camera(i);
        CameraPicture picture{
            .name = text(info.name), .image = {}, .note = tr("%1 Hz").arg(info.rateHz, 0, 'f', 0), .problem = {}};
        const ImageRef image = m_session->image(i);
        if (image && image->sequence + 1 != m_imageSequences[i]) {
            m_imageSequences[i] = image->sequence + 1;
            picture.image = toQImage(*image);
        }
        for (const StreamLine& line : view.streams)
            if (line.name == picture.name && !line.problem.isEmpty()) picture.problem = line.problem;
        view.cameras.push_back(std::move(picture));
    }

    if (const Eigen::VectorXd* scene = m_session->scene()) m_scene->setScene(*scene);
    if (const RobotState* state = m_session->robotState())
        view.scene = m_scene->frame(state->position, status ? status->target : Eigen::VectorXd());
    return view;
}

}  // namespace understudy
