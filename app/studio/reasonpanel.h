#pragma once

#include <functional>
#include <vector>

#include <QFrame>

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace understudy {

/// Asks why, in place: a reason by its number or by a click, or in one's own words. Digits choose while no text has
/// the focus; Esc gives up.
class ReasonPanel final : public QFrame {
    Q_OBJECT

public:
    explicit ReasonPanel(QWidget* parent = nullptr);

    void ask(const QString& question, const std::vector<QString>& reasons, std::function<void(const QString&)> answer);
    /// The reason of that number, from 1; nothing while nothing is asked.
    void choose(int number);
    /// The own words begin.
    void write();
    void giveUp();

signals:
    void left();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void answer(const QString& reason);
    void translate();

    std::vector<QString> m_reasons;
    std::function<void(const QString&)> m_answer;
    QLabel* m_question;
    QVBoxLayout* m_rows;
    std::vector<QPushButton*> m_buttons;
    QLineEdit* m_words;
    QPushButton* m_cancel;
};

}  // namespace understudy
