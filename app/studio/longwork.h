#pragma once

#include <atomic>
#include <functional>

#include <QObject>
#include <QThread>

#include "widgets/messagebar.h"

namespace understudy {

/// Tells how far work is, from its own thread; a share below 0 is not known. False: it shall end and leave nothing.
using WorkProgress = std::function<bool(const QString& text, double share)>;

/// How work ended: what to say, and what to do next.
struct WorkEnd {
    MessageBar::Kind kind = MessageBar::Kind::Good;
    QString text;
};

/// One piece of long work at a time, on a thread of its own, told and cancelled in a page's message bar.
class LongWork final : public QObject {
    Q_OBJECT

public:
    using Job = std::function<WorkEnd(const WorkProgress&)>;

    explicit LongWork(MessageBar& bar, QObject* parent = nullptr);
    ~LongWork() override;

    /// False, and said so, while other work runs. `done` runs on the GUI thread.
    bool start(const QString& text, Job job, std::function<void()> done = {});
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }

signals:
    void ended();

private:
    MessageBar& m_bar;
    std::atomic<bool> m_cancelled{false};
    bool m_running = false;
    QThread m_thread;
    QObject m_context;
};

}  // namespace understudy
