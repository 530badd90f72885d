#include "app/studio/longwork.h"

namespace understudy {

LongWork::LongWork(MessageBar& bar, QObject* parent) : QObject(parent), m_bar(bar)
{
    m_thread.setObjectName(QStringLiteral("work"));
    m_context.moveToThread(&m_thread);
    m_thread.start(QThread::LowPriority);
}

LongWork::~LongWork()
{
    m_cancelled = true;
    m_thread.quit();
    m_thread.wait();
}

bool LongWork::start(const QString& text, Job job, std::function<void()> done)
{
    if (m_running) {
        m_bar.say(MessageBar::Kind::Caution, tr("Other work is still running: wait for it, or cancel it first."));
        return false;
    }
    m_running = true;
    m_cancelled = false;
    m_bar.beginWork(text, [this] { cancel(); });
    QMetaObject::invokeMethod(
        &m_context,
        [this, job = std::move(job), done = std::move(done)] {
            const WorkEnd end = job([this](const QString& now, double share) {
                QMetaObject::invokeMethod(
                    this, [this, now, share] { m_bar.showProgress(now, share); }, Qt::QueuedConnection);
                return !m_cancelled;
            });
            QMetaObject::invokeMethod(
                this,
                [this, end, done] {
                    m_running = false;
                    m_bar.finishWork(end.kind, end.text);
                    if (done) done();
                    emit ended();
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
    return true;
}

void LongWork::cancel()
{
    m_cancelled = true;
    m_bar.showProgress(tr("Ending …"), -1);
}

}  // namespace understudy
