#pragma once

#include <functional>
#include <vector>

#include <QFrame>

#include "app/studio/operateview.h"

class QLabel;
class QPushButton;

namespace understudy {

class AnnotateController;
class AnnotatePage;
class ReviewController;
class SessionController;
class StudioWindow;

/// Leads a newcomer through the first five minutes on the embedded robot: a card that says the next thing to do and
/// goes on by itself once it was really done.
class PracticeGuide final : public QFrame {
    Q_OBJECT

public:
    PracticeGuide(StudioWindow& window, SessionController& session, AnnotatePage& annotate,
                  AnnotateController& annotation, ReviewController& review);

    [[nodiscard]] int step() const { return m_step; }
    [[nodiscard]] int stepCount() const { return static_cast<int>(m_steps.size()); }
    /// What completes the present step; empty: its button.
    [[nodiscard]] QString awaited() const { return m_steps[static_cast<std::size_t>(m_step)].done; }

signals:
    void stepChanged(int step);
    void finished();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Step {
        QString done;
        QString page;
        std::function<QString()> text;
    };

    void makeSteps();
    void did(const QString& act);
    void watch(const OperateView& view);
    void goOn();
    void showStep();
    void place();

    StudioWindow& m_window;
    std::vector<Step> m_steps;
    int m_step = 0;
    std::vector<Eigen::Vector3d> m_handsAtStart;  ///< of driving
    QLabel* m_count;
    QLabel* m_text;
    QPushButton* m_next;
};

}  // namespace understudy
