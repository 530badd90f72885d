#pragma once

#include <vector>

#include <QWidget>

#include "app/studio/operateview.h"
#include "storage/librarywriter.h"
#include "widgets/keyrouter.h"

class QVBoxLayout;

namespace understudy {

/// The newest takes, and what their operator may still change about them: bring one back from the tray, say another
/// outcome, cause or task. Shows values, owns no data.
class LastTakes final : public QWidget {
    Q_OBJECT

public:
    LastTakes(KeyRouter& keys, QWidget* parent);

    /// `mayChange`: not while the robot may move or a take runs, for then nothing else takes the keyboard.
    void show(const std::vector<LastTake>& takes, const std::vector<TaskChoice>& tasks, bool mayChange);
    using QWidget::show;

signals:
    void bringBackWanted(const QString& episode);
    void correctionWanted(const QString& episode, const understudy::Correction& correction);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();
    void translate();
    [[nodiscard]] QWidget* makeCard(const LastTake& take);
    void openMenu(const LastTake& take, const QPoint& at);
    void bringNewestBack();

    KeyRouter& m_keys;
    std::vector<LastTake> m_takes;
    std::vector<TaskChoice> m_tasks;
    bool m_mayChange = false;
    QVBoxLayout* m_column;
};

}  // namespace understudy
