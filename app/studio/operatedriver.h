#pragma once

#include <QFrame>

#include "app/studio/operateview.h"
#include "widgets/keyrouter.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace understudy {

/// Who drives: the station's rig or keyboard and mouse, and with which keys.
class DriverCard final : public QFrame {
    Q_OBJECT

public:
    DriverCard(KeyRouter& keys, QWidget* parent);
    void show(const OperateView& view);

    QPushButton* station;
    QPushButton* mouse;

signals:
    void wanted(Driver driver);

protected:
    void changeEvent(QEvent* event) override;

private:
    void translate();
    void showKeys();

    KeyRouter& m_keys;
    QLabel* m_heading;
    QWidget* m_help;
    QGridLayout* m_rows;
    QLabel* m_hand;
    QString m_device;
};

}  // namespace understudy
