#pragma once

#include <vector>

#include <QFrame>

class QLabel;
class QPushButton;

namespace understudy {

class AnnotatePage;
class ReviewPage;
class SessionController;
class StudioWindow;

/// Leads a newcomer through the first five minutes on the embedded robot: a card that says the next thing to do and
/// goes on by itself when it was done.
class PracticeGuide final : public QFrame {
    Q_OBJECT

public:
    PracticeGuide(StudioWindow& window, SessionController& session, AnnotatePage& annotate, ReviewPage& review);

    [[nodiscard]] int step() const { return m_step; }
    [[nodiscard]] int stepCount() const { return static_cast<int>(m_steps.size()); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Step {
        QString done;  ///< the act that completes it; empty: the button does
        QString page;
        std::function<QString()> text;
    };

    void did(const QString& act);
    void goOn();
    void showStep();
    void place();

    StudioWindow& m_window;
    std::vector<Step> m_steps;
    int m_step = 0;
    QLabel* m_count;
    QLabel* m_text;
    QPushButton* m_next;
};

}  // namespace understudy
