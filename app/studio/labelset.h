#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QObject>
#include <QUndoStack>

#include "widgets/timeline.h"

namespace understudy {

/// A segment as it is stored. Times: ns since the episode's start.
struct LabelledSegment {
    QString id;
    QString tier;
    QString label;
    Timestamp start = 0;
    Timestamp end = 0;

    bool operator==(const LabelledSegment&) const = default;
};

/// One change of one segment: `before` empty adds, `after` empty removes.
struct SegmentEdit {
    std::optional<LabelledSegment> before;
    std::optional<LabelledSegment> after;
};

/// The segments of the episode in front. Every edit is on the undo stack and is given to the store at once; an edit
/// the store refuses is taken back. GUI thread.
class LabelSet final : public QObject {
    Q_OBJECT

public:
    explicit LabelSet(QObject* parent = nullptr);

    /// Stores the edits of one act as one transaction, off the GUI thread, and calls back there; an empty text is
    /// success.
    using Store =
        std::function<void(const std::vector<SegmentEdit>& edits, std::function<void(const QString& problem)> done)>;
    void setStore(Store store) { m_store = std::move(store); }

    void load(std::vector<LabelledSegment> segments, Timestamp duration);
    [[nodiscard]] const std::vector<LabelledSegment>& segments() const { return m_segments; }
    [[nodiscard]] const LabelledSegment* find(const QString& id) const;
    /// The segment of a tier that contains the time, or null.
    [[nodiscard]] const LabelledSegment* at(const QString& tier, Timestamp time) const;
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }

    /// Cut to the free room round `start`; empty when there is none. The new segment's id.
    QString add(const QString& tier, Timestamp start, Timestamp end, const QString& label);
    void move(const QString& id, Timestamp start, Timestamp end);
    void relabel(const QString& id, const QString& label);
    void remove(const QString& id);
    /// The id of the later half; empty when the time is not inside.
    QString split(const QString& id, Timestamp time);

signals:
    void changed();
    void refused(const QString& problem);

private:
    friend class LabelCommand;

    void push(const QString& text, std::vector<SegmentEdit> edits);
    void apply(const std::vector<SegmentEdit>& edits);
    void store(const std::vector<SegmentEdit>& edits);

    std::vector<LabelledSegment> m_segments;
    Timestamp m_duration = 0;
    QUndoStack m_undo;
    Store m_store;
    int m_generation = 0;
};

}  // namespace understudy
