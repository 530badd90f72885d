#pragma once

#include <memory>

#include <QObject>

namespace understudy {

/// Keeps the machine from sleeping and the screen from locking while a robot is commanded, through the desktop's own
/// services on D-Bus, and says when somebody locks it by hand or it goes to sleep all the same.
class SleepGuard final : public QObject {
    Q_OBJECT

public:
    explicit SleepGuard(QObject* parent = nullptr);
    ~SleepGuard() override;

    void hold();
    void release();
    /// Why nothing is kept away; empty while sleep and lock are, and while nobody asked.
    [[nodiscard]] const QString& problem() const { return m_problem; }

signals:
    void changed();
    /// The screen was locked, or the machine is about to sleep: whoever drives lets go.
    void leaving();

private slots:
    void screenSaverChanged(bool active);
    void preparingForSleep(bool start);

private:
    struct Held;
    void say();

    std::unique_ptr<Held> m_held;
    QString m_problem;
};

}  // namespace understudy
