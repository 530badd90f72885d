#pragma once

#include <QDialog>

#include "widgets/keyrouter.h"

class QLabel;
class QVBoxLayout;

namespace understudy {

/// Every key of the page in front and of the whole studio, with a click to change one. Not modal.
class KeySheet final : public QDialog {
    Q_OBJECT

public:
    KeySheet(KeyRouter& router, QWidget* parent);

protected:
    bool event(QEvent* event) override;

private:
    void rebuild();
    void record(const QString& id);
    void take(const QKeySequence& key);

    KeyRouter& m_router;
    QVBoxLayout* m_rows;
    QLabel* m_hint;
    QString m_recording;
};

/// A key as people write it, in a small raised box.
[[nodiscard]] QLabel* keyCap(const QKeySequence& key, QWidget* parent);

}  // namespace understudy
