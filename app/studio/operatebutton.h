#pragma once

#include <QPushButton>

#include "widgets/keyrouter.h"

namespace understudy {

/// A button that shows its title on the left and the key that does the same on the right. Never takes the focus.
class OperateButton final : public QPushButton {
    Q_OBJECT

public:
    /// `act`: the id of the key act whose key is shown; also the object's name. `role`: of the style sheet.
    OperateButton(KeyRouter& keys, const QString& act, const char* role, QWidget* parent);

    void setTitle(const QString& title);
    [[nodiscard]] const QString& title() const { return m_title; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

    /// Click when it could be clicked by mouse.
    void press();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString keyText() const;

    KeyRouter& m_keys;
    QString m_title;
};

}  // namespace understudy
