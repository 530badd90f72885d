#pragma once

#include <deque>
#include <memory>

#include <QObject>
#include <QThread>
#include <QTimer>

#include "app/studio/operatepage.h"
#include "app/studio/scenesource.h"
#include "app/teleopsession.h"

namespace understudy {

class MouseSource;

/// Connects a session to the operate page: opens it on a thread of its own, polls it 30 times a second, carries out
/// what the page asks. Acts that touch files run off the GUI thread.
class SessionController final : public QObject {
    Q_OBJECT

public:
    SessionController(OperatePage& page, QObject* parent = nullptr);
    ~SessionController() override;

    void open(const Station& station, const std::filesystem::path& library, bool practice);
    [[nodiscard]] bool isOpen() const { return m_session != nullptr; }
    [[nodiscard]] bool isRecording() const { return m_recording; }
    [[nodiscard]] TeleopSession* session() { return m_session.get(); }

    /// The page or the window was left: hold-to-drive is released, a running take is ended and kept.
    void letGo();
    /// Esc: true while a robot is commanded.
    [[nodiscard]] bool requestStop();

signals:
    void opened();
    void failed(const QString& problem);
    void takeEnded(const QString& episode);
    void acted(const QString& act);

private:
    void adopt(std::unique_ptr<TeleopSession> session);
    void poll();
    void startTake();
    void endTake(Outcome outcome, const QString& cause, bool redo);
    void clear();
    [[nodiscard]] OperateView view();

    OperatePage& m_page;
    QThread m_thread;  ///< opens and closes sessions, starts and ends takes
    QObject m_context;
    std::unique_ptr<TeleopSession> m_session;
    std::unique_ptr<SceneSource> m_scene;
    QTimer m_poll;
    std::deque<LastTake> m_lastTakes;
    std::vector<std::uint64_t> m_imageSequences;
    bool m_busy = false;
    bool m_recording = false;
    bool m_reset = false;
    int m_done = 0;
    std::uint64_t m_seed = 1;
};

}  // namespace understudy
