#include "app/studio/labelset.h"

#include <algorithm>

#include <QPointer>

#include "core/uuid.h"

namespace understudy {
namespace {

constexpr Duration kShortest = 10 * kMillisecond;

std::vector<SegmentEdit> reversed(std::vector<SegmentEdit> edits)
{
    std::reverse(edits.begin(), edits.end());
    for (SegmentEdit& edit : edits) std::swap(edit.before, edit.after);
    return edits;
}

void apply(std::vector<LabelledSegment>& segments, const std::vector<SegmentEdit>& edits)
{
    for (const SegmentEdit& edit : edits) {
        if (edit.before)
            std::erase_if(segments, [&](const LabelledSegment& each) { return each.id == edit.before->id; });
        if (edit.after) segments.push_back(*edit.after);
    }
    std::ranges::sort(segments, {}, &LabelledSegment::start);
}

}  // namespace

class LabelCommand final : public QUndoCommand {
public:
    LabelCommand(LabelSet& set, const QString& text, std::vector<SegmentEdit> edits)
        : QUndoCommand(text), m_set(set), m_edits(std::move(edits))
    {
    }
    void redo() override { m_set.store(m_edits); }
    void undo() override { m_set.store(reversed(m_edits)); }

private:
    LabelSet& m_set;
    std::vector<SegmentEdit> m_edits;
};

LabelSet::LabelSet(QObject* parent) : QObject(parent), m_undo(makeUndo()) {}

LabelSet::~LabelSet()
{
    // A stack tells its listeners that it is being emptied; they are going too.
    m_undo->disconnect(this);
    for (auto& [episode, shelf] : m_shelves) shelf.undo->disconnect(this);
}

void LabelSet::load(const QString& episode, std::vector<LabelledSegment> segments, Timestamp duration)
{
    ++m_generation;
    m_unsaved = 0;
    m_refused = false;
    if (!m_episode.isEmpty()) m_shelves[m_episode] = {.undo = std::move(m_undo), .segments = std::move(m_segments)};
    m_episode = episode;
    m_segments = std::move(segments);
    std::ranges::sort(m_segments, {}, &LabelledSegment::start);
    m_stored = m_segments;
    m_duration = duration;
    const auto shelf = m_shelves.find(episode);
    const bool goesOn = shelf != m_shelves.end() && shelf->second.segments == m_segments;
    m_undo = goesOn ? std::move(shelf->second.undo) : makeUndo();
    if (shelf != m_shelves.end()) m_shelves.erase(shelf);
    emit changed();
    emit savingChanged();
}

std::unique_ptr<QUndoStack> LabelSet::makeUndo()
{
    auto stack = std::make_unique<QUndoStack>();
    // The stack knows of an act only after the act itself has run.
    connect(stack.get(), &QUndoStack::indexChanged, this, &LabelSet::savingChanged);
    return stack;
}

const LabelledSegment* LabelSet::find(const QString& id) const
{
    const auto found =
        std::find_if(m_segments.begin(), m_segments.end(), [&](const auto& each) { return each.id == id; });
    return found == m_segments.end() ? nullptr : &*found;
}

const LabelledSegment* LabelSet::at(const QString& tier, Timestamp time) const
{
    const auto found = std::find_if(m_segments.begin(), m_segments.end(), [&](const LabelledSegment& each) {
        return each.tier == tier && each.start <= time && time < each.end;
    });
    return found == m_segments.end() ? nullptr : &*found;
}

QString LabelSet::add(const QString& tier, Timestamp start, Timestamp end, const QString& label)
{
    Timestamp from = std::clamp<Timestamp>(start, 0, m_duration);
    Timestamp to = std::clamp<Timestamp>(end, 0, m_duration);
    for (const LabelledSegment& other : m_segments) {
        if (other.tier != tier) continue;
        if (other.start <= from && from < other.end) from = other.end;
        if (other.start >= from) to = std::min(to, other.start);
    }
    if (to - from < kShortest) return {};
    const LabelledSegment made{
        .id = QString::fromStdString(newUuid()), .tier = tier, .label = label, .start = from, .end = to};
    push(tr("Add segment"), {{.before = {}, .after = made}});
    return made.id;
}

void LabelSet::move(const QString& id, Timestamp start, Timestamp end)
{
    const LabelledSegment* old = find(id);
    if (old == nullptr) return;
    LabelledSegment moved = *old;
    moved.start = std::clamp<Timestamp>(start, 0, m_duration);
    moved.end = std::clamp<Timestamp>(end, 0, m_duration);
    for (const LabelledSegment& other : m_segments) {
        if (other.tier != old->tier || other.id == id) continue;
        if (other.end <= old->start) moved.start = std::max(moved.start, other.end);
        if (other.start >= old->end) moved.end = std::min(moved.end, other.start);
    }
    if (moved.end - moved.start < kShortest || moved == *old) return;
    push(tr("Move segment"), {{.before = *old, .after = moved}});
}

void LabelSet::relabel(const QString& id, const QString& label)
{
    const LabelledSegment* old = find(id);
    if (old == nullptr || old->label == label) return;
    LabelledSegment changedSegment = *old;
    changedSegment.label = label;
    push(tr("Label segment"), {{.before = *old, .after = changedSegment}});
}

void LabelSet::remove(const QString& id)
{
    if (const LabelledSegment* old = find(id)) push(tr("Delete segment"), {{.before = *old, .after = {}}});
}

void LabelSet::accept(const QString& id)
{
    const LabelledSegment* old = find(id);
    if (old == nullptr || !old->draft) return;
    LabelledSegment accepted = *old;
    accepted.draft = false;
    push(tr("Accept draft"), {{.before = *old, .after = accepted}});
}

QString LabelSet::split(const QString& id, Timestamp time, const QString& label)
{
    const LabelledSegment* old = find(id);
    if (old == nullptr || time - old->start < kShortest || old->end - time < kShortest) return {};
    LabelledSegment earlier = *old;
    LabelledSegment later = *old;
    earlier.end = later.start = time;
    later.id = QString::fromStdString(newUuid());
    if (!label.isEmpty()) later.label = label;
    const QString made = later.id;
    push(tr("Split segment"), {{.before = *old, .after = earlier}, {.before = {}, .after = later}});
    return made;
}

void LabelSet::push(const QString& text, std::vector<SegmentEdit> edits)
{
    m_undo->push(new LabelCommand(*this, text, std::move(edits)));
}

void LabelSet::store(const std::vector<SegmentEdit>& edits)
{
    apply(m_segments, edits);
    ++m_unsaved;
    emit changed();
    emit savingChanged();
    const auto done = [self = QPointer(this), edits, generation = m_generation](const QString& problem) {
        if (self) self->answered(generation, edits, problem);
    };
    if (m_store)
        m_store(edits, done);
    else
        done({});
}

void LabelSet::answered(int generation, const std::vector<SegmentEdit>& edits, const QString& problem)
{
    if (generation == m_generation) {
        --m_unsaved;
        if (problem.isEmpty())
            apply(m_stored, edits);
        else
            m_refused = true;
        if (m_refused && m_unsaved == 0) {
            m_refused = false;
            m_undo->clear();
            m_segments = m_stored;
            emit changed();
        }
        emit savingChanged();
    }
    if (!problem.isEmpty()) emit refused(problem);
}

}  // namespace understudy
