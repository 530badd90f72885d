#pragma once

#include <QWidget>

#include "core/step.h"

namespace understudy {

/// The state of the robot as the largest word of a page, with the reason under it.
class StateBanner final : public QWidget {
    Q_OBJECT

public:
    explicit StateBanner(QWidget* parent = nullptr);

    void setState(TeleopPhase phase, HoldReason reason);
    /// Why nobody may drive: between takes, until somebody says the table is clear; or nobody took command yet.
    enum class Bar { None, Reset, Unconfirmed };
    void setBar(Bar bar);

    [[nodiscard]] QString word() const;
    [[nodiscard]] QString why() const;
    /// The state's colour, which also frames the page.
    [[nodiscard]] QColor colour() const;

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TeleopPhase m_phase = TeleopPhase::Disconnected;
    HoldReason m_reason = HoldReason::NoRobot;
    Bar m_bar = Bar::None;
};

/// In words for a person, what to do about it.
[[nodiscard]] QString explain(HoldReason reason);

}  // namespace understudy
