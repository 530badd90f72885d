#pragma once

#include <vector>

#include <QWidget>

#include "app/studio/annotateview.h"

class QLabel;
class QLineEdit;
class QListWidget;

namespace understudy {

/// The labels of a task: 1 to 9 by key, the rest by a click or by typing the initials of their pinyin or the beginning
/// of their English name.
class LabelPanel final : public QWidget {
    Q_OBJECT

public:
    explicit LabelPanel(QWidget* parent = nullptr);

    void setLabels(std::vector<AnnotateLabel> labels);
    /// The label that the next segment gets.
    void setCurrent(int index);
    [[nodiscard]] int current() const { return m_current; }
    /// The typing begins; `key` is how it is reached, for the hint.
    void search();
    void setSearchKey(const QString& key);

signals:
    /// By a click, or by Enter in the search: an index into the labels.
    void chosen(int index);
    void searchLeft();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void refill();
    void leave();
    void translate();

    std::vector<AnnotateLabel> m_labels;
    int m_current = 0;
    QString m_searchKey;
    QLabel* m_heading;
    QLineEdit* m_search;
    QListWidget* m_list;
};

}  // namespace understudy
