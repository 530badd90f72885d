#pragma once

#include <deque>
#include <memory>

#include <QObject>
#include <QThread>
#include <QTimer>

#include "app/studio/operatepage.h"
#include "app/studio/scenesource.h"
#include "app/studio/sleepguard.h"
#include "app/teleopsession.h"

namespace understudy {

class MouseSource;

/// What a controller connects to.
struct SessionWish {
    Station station;
    std::filesystem::path library;
    bool practice = false;
    Driver driver = Driver::Station;
    decltype(SessionOptions::robot) robot;  ///< instead of the station's, e.g. a real robot's stand-in
};

/// Connects a session to the operate page: opens it on a thread of its own, polls it 30 times a second, carries out
/// what the page asks. Acts that touch files run off the GUI thread.
class SessionController final : public QObject {
    Q_OBJECT

public:
    SessionController(OperatePage& page, QObject* parent = nullptr);
    ~SessionController() override;

    void open(SessionWish wish);
    [[nodiscard]] bool isOpen() const { return m_session != nullptr; }
    [[nodiscard]] bool isRecording() const { return m_recording; }
    [[nodiscard]] TeleopSession* session() { return m_session.get(); }
    /// As shown last.
    [[nodiscard]] const OperateView& shown() const { return m_shown; }

    /// The page is left, or comes back. Left: hold-to-drive is released, nobody can engage, a running take is ended and
    /// kept.
    void setAway(bool away);
    /// Lets go and keeps a running take, as when the page is left.
    void letGo();
    /// Esc: true while a robot is commanded.
    [[nodiscard]] bool requestStop();

signals:
    void opened();
    void failed(const QString& problem);
    void takeEnded(const QString& episode);
    /// An older take is another one now: out of the tray, or corrected.
    void takeChanged(const QString& episode);
    /// The finished files of a take were checked: the library holds its verdict.
    void takeJudged(const QString& episode);
    /// Something was really done: start, end, redo, stop, clear, home, mark, lock.
    void acted(const QString& act);
    /// What the page shows now.
    void viewed(const understudy::OperateView& view);

private:
    void connectPage();
    void reopen();
    void close();
    void adopt(std::unique_ptr<TeleopSession> session, MouseSource* mouse);
    void poll();
    void bar();
    void holdToDrive(bool held);
    void drive(Driver driver);
    void takeCommand(const QString& serial);
    void moveHand(int side, const Eigen::Vector3d& metres);
    void home(bool held);
    void startTake();
    void endTake(Outcome outcome, const QString& cause, bool redo);
    void takeIsKept(const TakeReport& take, const LiveReport& quality, bool redo);
    void bringBack(const QString& episode);
    void correct(const QString& episode, const Correction& correction);
    /// Changes a take of this session in the library, off the GUI thread, and shows it as it is then.
    void change(const QString& episode, std::function<Result<void>(LibraryWriter&, const std::string& person)> act);
    void showChanged(const EpisodeRow& row);
    void watchDisk(const RecorderStatus& recorder);
    void clear();
    /// Tells what the checks found: of the running take, of takes that block the next, of finished files.
    void tellQuality();
    /// Two takes in a row were lost to one cause: says so, with the button that acknowledges it.
    void tellBlocked();
    [[nodiscard]] OperateView view();
    void viewTeleop(OperateView& view);
    void viewRecorder(OperateView& view);
    void viewScene(OperateView& view);

    OperatePage& m_page;
    QThread m_thread;  ///< opens and closes sessions, starts and ends takes
    QObject m_context;
    SessionWish m_wish;
    std::unique_ptr<TeleopSession> m_session;
    MouseSource* m_mouse = nullptr;  ///< the session's device, where it is one
    std::unique_ptr<SceneSource> m_scene;
    WristTrails m_trails;
    SleepGuard m_sleep;
    QTimer m_poll;
    OperateView m_shown;
    std::deque<LastTake> m_lastTakes;
    std::vector<TaskChoice> m_tasks;
    QString m_fault;
    DiskRoom m_room = DiskRoom::Enough;  ///< as it was told last
    std::vector<std::uint64_t> m_imageSequences;
    QImage m_newestImage;  ///< of the first camera
    QImage m_takeStart;    ///< that image when the take began
    QImage m_startPicture;
    int m_side = 1;
    bool m_opening = false;
    bool m_wasOpen = false;
    bool m_busy = false;
    bool m_recording = false;
    bool m_reset = false;
    bool m_away = false;
    bool m_confirmed = true;
    bool m_homeHeld = false;
    bool m_homeAsked = false;
    bool m_toldLost = false;     ///< of the running take
    bool m_toldBlocked = false;  ///< and of those that block the next
    int m_done = 0;
    std::uint64_t m_seed = 1;
};

}  // namespace understudy
