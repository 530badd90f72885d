#pragma once

#include <functional>
#include <map>
#include <memory>
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
    bool draft = false;  ///< proposed by a program and confirmed by nobody

    bool operator==(const LabelledSegment&) const = default;
};

/// One change of one segment: `before` empty adds, `after` empty removes.
struct SegmentEdit {
    std::optional<LabelledSegment> before;
    std::optional<LabelledSegment> after;
};

/// The segments of the episode in front. Every edit is on the episode's undo stack, which is kept while the studio
/// runs, and is given to the store at once. When the store refuses one, the segments are again as it last took them.
/// GUI thread.
class LabelSet final : public QObject {
    Q_OBJECT

public:
    explicit LabelSet(QObject* parent = nullptr);
    ~LabelSet() override;

    /// Stores the edits of one act as one transaction, off the GUI thread, and calls back there; an empty text is
    /// success.
    using Store =
        std::function<void(const std::vector<SegmentEdit>& edits, std::function<void(const QString& problem)> done)>;
    void setStore(Store store) { m_store = std::move(store); }

    /// The undo stack of an episode that was open before goes on where its segments are still the same.
    void load(const QString& episode, std::vector<LabelledSegment> segments, Timestamp duration);
    [[nodiscard]] const std::vector<LabelledSegment>& segments() const { return m_segments; }
    [[nodiscard]] const LabelledSegment* find(const QString& id) const;
    /// The segment of a tier that contains the time, or null.
    [[nodiscard]] const LabelledSegment* at(const QString& tier, Timestamp time) const;
    [[nodiscard]] QUndoStack& undoStack() { return *m_undo; }
    /// Edits that are on their way to the medium.
    [[nodiscard]] int unsaved() const { return m_unsaved; }

    /// Cut to the free room round `start`; empty when there is none. The new segment's id.
    QString add(const QString& tier, Timestamp start, Timestamp end, const QString& label);
    void move(const QString& id, Timestamp start, Timestamp end);
    void relabel(const QString& id, const QString& label);
    /// A draft becomes somebody's word.
    void accept(const QString& id);
    void remove(const QString& id);
    /// The id of the later half, which gets `label` unless that is empty; empty when the time is not inside.
    QString split(const QString& id, Timestamp time, const QString& label = {});

signals:
    void changed();
    void refused(const QString& problem);
    /// An edit was given to the store, or the store answered.
    void savingChanged();

private:
    friend class LabelCommand;
    /// What is kept of an episode that is not in front.
    struct Shelf {
        std::unique_ptr<QUndoStack> undo;
        std::vector<LabelledSegment> segments;
    };

    [[nodiscard]] std::unique_ptr<QUndoStack> makeUndo();
    void push(const QString& text, std::vector<SegmentEdit> edits);
    void store(const std::vector<SegmentEdit>& edits);
    void answered(int generation, const std::vector<SegmentEdit>& edits, const QString& problem);

    QString m_episode;
    std::vector<LabelledSegment> m_segments;
    std::vector<LabelledSegment> m_stored;  ///< as the store last took them
    Timestamp m_duration = 0;
    std::unique_ptr<QUndoStack> m_undo;
    std::map<QString, Shelf> m_shelves;
    Store m_store;
    int m_generation = 0;
    int m_unsaved = 0;
    bool m_refused = false;
};

}  // namespace understudy
