#pragma once

#include <QFrame>

#include "app/studio/operatebutton.h"
#include "app/studio/operateview.h"

class QGridLayout;
class QLabel;
class QLineEdit;

namespace understudy {

/// Cards that lie over the viewport while they have something to say. They show an OperateView and own no data.

/// Before engaging: every reason that could stand in the way, ticked or named.
class GateCard final : public QFrame {
    Q_OBJECT

public:
    explicit GateCard(KeyRouter& keys, QWidget* parent);
    void show(const OperateView& view);

    /// Ticked and open reasons, for the screen reader and tests.
    [[nodiscard]] QStringList lines() const;

private:
    KeyRouter& m_keys;
    std::vector<QLabel*> m_ticks;
    QLabel* m_heading;
    QLabel* m_act;
};

/// Between takes: park, make the table ready, say that it is clear.
class ResetCard final : public QFrame {
    Q_OBJECT

public:
    explicit ResetCard(KeyRouter& keys, QWidget* parent);
    void show(const OperateView& view);

    OperateButton* home;  ///< goes home while it is pressed
    OperateButton* clear;

private:
    QLabel* m_heading;
    QLabel* m_parked;
    QLabel* m_table;
};

/// Why a take failed, by a digit or a click.
class CauseCard final : public QFrame {
    Q_OBJECT

public:
    explicit CauseCard(KeyRouter& keys, QWidget* parent);

signals:
    void chosen(const QString& cause);

protected:
    void changeEvent(QEvent* event) override;

private:
    void translate();

    QLabel* m_heading;
    QLabel* m_hint;
    std::vector<OperateButton*> m_buttons;
};

/// A real robot moves only after somebody typed its serial.
class ConfirmCard final : public QFrame {
    Q_OBJECT

public:
    explicit ConfirmCard(QWidget* parent);
    void show(const OperateView& view);

signals:
    void typed(const QString& text);

private:
    void check();

    QLabel* m_heading;
    QLabel* m_text;
    QLineEdit* m_serial;
    QPushButton* m_take;
};

/// The six causes of a failed take: stored word and translated text.
[[nodiscard]] std::vector<std::pair<QString, QString>> failureCauses();

}  // namespace understudy
