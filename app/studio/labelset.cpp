#include "app/studio/labelset.h"

#include <algorithm>

#include <QPointer>

#include "core/uuid.h"

namespace understudy {
namespace {

constexpr Duration kShortest = 10 * kMillisecond;

std::vector<LabelEdit> reversed(std::vector<LabelEdit> edits)
{
    std::reverse(edits.begin(), edits.end());
    for (LabelEdit& edit : edits) std::swap(edit.before, edit.after);
    return edits;
}

}  // namespace

class LabelCommand final : public QUndoCommand {
public:
    LabelCommand(LabelSet& set, const QString& text, std::vector<LabelEdit> edits)
        : QUndoCommand(text), m_set(set), m_edits(std::move(edits))
    {
    }
    void redo() override { m_set.store(m_edits); }
    void undo() override { m_set.store(reversed(m_edits)); }

private:
    LabelSet& m_set;
    std::vector<LabelEdit> m_edits;
};

LabelSet::LabelSet(QObject* parent) : QObject(parent) {}

void LabelSet::load(std::vector<LabelSegment> segments, Timestamp duration)
{
    ++m_generation;
    m_segments = std::move(segments);
    m_duration = duration;
    m_undo.clear();
    emit changed();
}

const LabelSegment* LabelSet::find(const QString& id) const
{
    const auto found =
        std::find_if(m_segments.begin(), m_segments.end(), [&](const auto& each) { return each.id == id; });
    return found == m_segments.end() ? nullptr : &*found;
}

const LabelSegment* LabelSet::at(const QString& tier, Timestamp time) const
{
    const auto found = std::find_if(m_segments.begin(), m_segments.end(), [&](const LabelSegment& each) {
        return each.tier == tier && each.start <= time && time < each.end;
    });
    return found == m_segments.end() ? nullptr : &*found;
}

QString LabelSet::add(const QString& tier, Timestamp start, Timestamp end, const QString& label)
{
    Timestamp from = std::clamp<Timestamp>(start, 0, m_duration);
    Timestamp to = std::clamp<Timestamp>(end, 0, m_duration);
    for (const LabelSegment& other : m_segments) {
        if (other.tier != tier) continue;
        if (other.start <= from && from < other.end) from = other.end;
        if (other.start >= from) to = std::min(to, other.start);
    }
    if (to - from < kShortest) return {};
    const LabelSegment made{
        .id = QString::fromStdString(makeUuid()), .tier = tier, .label = label, .start = from, .end = to};
    push(tr("Add segment"), {{.before = {}, .after = made}});
    return made.id;
}

void LabelSet::move(const QString& id, Timestamp start, Timestamp end)
{
    const LabelSegment* old = find(id);
    if (old == nullptr) return;
    LabelSegment moved = *old;
    moved.start = std::clamp<Timestamp>(start, 0, m_duration);
    moved.end = std::clamp<Timestamp>(end, 0, m_duration);
    for (const LabelSegment& other : m_segments) {
        if (other.tier != old->tier || other.id == id) continue;
        if (other.end <= old->start) moved.start = std::max(moved.start, other.end);
        if (other.start >= old->end) moved.end = std::min(moved.end, other.start);
    }
    if (moved.end - moved.start < kShortest || moved == *old) return;
    push(tr("Move segment"), {{.before = *old, .after = moved}});
}

void LabelSet::relabel(const QString& id, const QString& label)
{
    const LabelSegment* old = find(id);
    if (old == nullptr || old->label == label) return;
    LabelSegment changedSegment = *old;
    changedSegment.label = label;
    push(tr("Label segment"), {{.before = *old, .after = changedSegment}});
}

void LabelSet::remove(const QString& id)
{
    if (const LabelSegment* old = find(id)) push(tr("Delete segment"), {{.before = *old, .after = {}}});
}

QString LabelSet::split(const QString& id, Timestamp time)
{
    const LabelSegment* old = find(id);
    if (old == nullptr || time - old->start < kShortest || old->end - time < kShortest) return {};
    LabelSegment earlier = *old;
    LabelSegment later = *old;
    earlier.end = later.start = time;
    later.id = QString::fromStdString(makeUuid());
    const QString made = later.id;
    push(tr("Split segment"), {{.before = *old, .after = earlier}, {.before = {}, .after = later}});
    return made;
}

void LabelSet::push(const QString& text, std::vector<LabelEdit> edits)
{
    m_undo.push(new LabelCommand(*this, text, std::move(edits)));
}

void LabelSet::apply(const std::vector<LabelEdit>& edits)
{
    for (const LabelEdit& edit : edits) {
        if (edit.before)
            std::erase_if(m_segments, [&](const LabelSegment& each) { return each.id == edit.before->id; });
        if (edit.after) m_segments.push_back(*edit.after);
    }
    std::sort(m_segments.begin(), m_segments.end(),
              [](const LabelSegment& a, const LabelSegment& b) { return a.start < b.start; });
    emit changed();
}

void LabelSet::store(const std::vector<LabelEdit>& edits)
{
    apply(edits);
    if (!m_store) return;
    m_store(edits, [self = QPointer(this), edits, generation = m_generation](const QString& problem) {
        if (problem.isEmpty() || !self) return;
        if (self->m_generation == generation) {
            self->m_undo.clear();
            self->apply(reversed(edits));
        }
        emit self->refused(problem);
    });
}

}  // namespace understudy
