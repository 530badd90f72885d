#pragma once

#include <QFrame>

#include "app/studio/operatebutton.h"
#include "app/studio/operateview.h"

class QLabel;

namespace understudy {

/// What stands for the recording: a disc to start it, a square with the running time while it runs.
class RecordButton final : public QPushButton {
    Q_OBJECT

public:
    explicit RecordButton(QWidget* parent);
    void setTake(bool recording, double seconds);
    [[nodiscard]] QString timeText() const;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_recording = false;
    int m_tenths = 0;
};

/// The strip of acts under the viewport: record, outcome, mark and redo, health, and far from all of them the stop
/// request. Success and redo are never neighbours.
class OperateTakeBar final : public QFrame {
    Q_OBJECT

public:
    OperateTakeBar(KeyRouter& keys, QWidget* parent);

    void show(const OperateView& view);
    using QFrame::show;

    RecordButton* record;
    OperateButton* start;
    OperateButton* success;
    OperateButton* failure;
    OperateButton* mark;
    OperateButton* redo;
    OperateButton* stop;
    QPushButton* streams;  ///< one line for all; checked: the details are wanted

protected:
    void changeEvent(QEvent* event) override;

private:
    void translate();
    void showHealth(const OperateView& view);
    [[nodiscard]] static QString diskText(const OperateView& view);

    QLabel* m_figures;
};

/// Every stream with its rate, as a rich text.
[[nodiscard]] QString describeStreams(const OperateView& view);

}  // namespace understudy
