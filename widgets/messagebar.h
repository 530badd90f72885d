#pragma once

#include <functional>

#include <QFrame>

class QLabel;
class QProgressBar;
class QPushButton;

namespace understudy {

/// The one place of a page where it says what happened and what to do next, and where long work shows how far it is.
/// Never modal; a newer message replaces an older one. Work in progress has a line of its own until it ends.
class MessageBar final : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Info, Good, Caution, Bad };

    explicit MessageBar(QWidget* parent = nullptr);

    void say(Kind kind, const QString& text, const QString& action = {}, std::function<void()> act = {});
    void clear();

    /// `cancel` is offered as a button until finishWork(). A share below 0 is not known.
    void beginWork(const QString& text, std::function<void()> cancel);
    void showProgress(const QString& text, double share);
    void finishWork(Kind kind, const QString& text, const QString& action = {}, std::function<void()> act = {});

    [[nodiscard]] QString text() const;
    [[nodiscard]] QString workText() const;
    [[nodiscard]] bool isWorking() const { return m_working; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void style();
    void showRows();
    void translate();

    QWidget* m_workRow;
    QLabel* m_workText;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QWidget* m_messageRow;
    QLabel* m_mark;
    QLabel* m_text;
    QPushButton* m_action;
    QPushButton* m_close;
    std::function<void()> m_act;
    std::function<void()> m_cancelWork;
    Kind m_kind = Kind::Info;
    bool m_working = false;
    bool m_styling = false;
};

}  // namespace understudy
