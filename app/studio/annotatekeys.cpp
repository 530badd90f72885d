#include <QPushButton>

#include "app/studio/annotatepage.h"
#include "app/studio/keytext.h"
#include "app/studio/labelpanel.h"
#include "widgets/robotviewport.h"
#include "widgets/timeline.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("annotate");

QString prefixOf(AnnotateKeys keys)
{
    return keys == AnnotateKeys::Usual ? QStringLiteral("annotate.") : QStringLiteral("annotate.left.");
}

/// One act in both sets; an empty key: not in that set.
struct Row {
    const char* id;
    QString title;
    QKeySequence usual;
    QKeySequence left;
    std::function<void()> run;
    bool repeats = false;
};

}  // namespace

void AnnotatePage::setKeys(AnnotateKeys keys)
{
    if (m_keySet == keys) return;
    m_keySet = keys;
    // Never from inside an act: it would be removed while it runs.
    QMetaObject::invokeMethod(this, &AnnotatePage::addKeys, Qt::QueuedConnection);
    emit keysChanged();
}

QString AnnotatePage::keyOf(const char* act) const
{
    const QString id = prefixOf(m_keySet) + QLatin1String(act);
    for (const KeyAct& each : m_keys.acts())
        if (each.id == id) return keyText(each.key);
    return {};
}

void AnnotatePage::addKeys()
{
    m_keys.removePage(kPage);
    const QKeySequence none;
    const auto ctrl = [](Qt::Key key) { return QKeySequence(Qt::CTRL | key); };
    const auto shift = [](Qt::Key key) { return QKeySequence(Qt::SHIFT | key); };
    const auto alt = [](Qt::Key key) { return QKeySequence(Qt::ALT | key); };
    std::vector<Row> rows{
        {"play", tr("Play or pause"), Qt::Key_Space, Qt::Key_Space, [this] { m_player.toggle(); }},
        {"goOn", tr("Yes, go on: accept the draft, or end the segment here and begin the next"), Qt::Key_Return,
         Qt::Key_F, [this] { goOn(); }},
        {"shuttleBack", tr("Play backwards, again for faster"), Qt::Key_J, shift(Qt::Key_W),
         [this] { m_player.shuttle(-1); }},
        {"pause", tr("Pause"), Qt::Key_K, none, [this] { m_player.pause(); }},
        {"shuttle", tr("Play, again for faster"), Qt::Key_L, Qt::Key_W, [this] { m_player.shuttle(1); }},
        {"back", tr("One image back"), Qt::Key_Left, Qt::Key_A, [this] { m_player.step(-1); }, true},
        {"forward", tr("One image on"), Qt::Key_Right, Qt::Key_D, [this] { m_player.step(1); }, true},
        {"back10", tr("Ten images back"), shift(Qt::Key_Left), shift(Qt::Key_A), [this] { m_player.step(-10); }, true},
        {"forward10", tr("Ten images on"), shift(Qt::Key_Right), shift(Qt::Key_D), [this] { m_player.step(10); }, true},
        {"begin", tr("To the start"), Qt::Key_Home, none, [this] { m_player.seek(0); }},
        {"finish", tr("To the end"), Qt::Key_End, none, [this] { m_player.seek(m_episode.duration); }},
        {"previousEdge", tr("Previous edge"), Qt::Key_BracketLeft, Qt::Key_Q, [this] { nextEdge(-1); }},
        {"nextEdge", tr("Next edge"), Qt::Key_BracketRight, Qt::Key_E, [this] { nextEdge(1); }},
        {"loop", tr("Play the segment again and again"), shift(Qt::Key_Space), shift(Qt::Key_Space),
         [this] {
             if (const LabelledSegment* segment = m_labels.find(m_timeline->selected()))
                 m_player.loop(segment->start, segment->end);
         }},
        {"start", tr("Segment starts here"), Qt::Key_I, Qt::Key_Z, [this] { moveEdge(true); }},
        {"end", tr("Segment ends here"), Qt::Key_O, Qt::Key_C, [this] { moveEdge(false); }},
        {"split", tr("Split at the playhead"), Qt::Key_S, Qt::Key_S, [this] { split(); }},
        {"delete", tr("Delete segment"), Qt::Key_Delete, Qt::Key_X,
         [this] { m_labels.remove(m_timeline->selected()); }},
        {"search", tr("Find a label by typing"), Qt::Key_Slash, Qt::Key_T, [this] { m_labelPanel->search(); }},
        {"snap", tr("Snap edges, or not"), Qt::Key_N, Qt::Key_V, [this] { m_snapButton->click(); }},
        {"tierUp", tr("Tier above"), Qt::Key_Up, shift(Qt::Key_Tab),
         [this] { m_timeline->setCurrentTier(m_timeline->currentTier() - 1); }},
        {"tierDown", tr("Tier below"), Qt::Key_Down, Qt::Key_Tab,
         [this] {
             m_timeline->setCurrentTier((m_timeline->currentTier() + 1) % std::max<int>(1, int(m_tiers.size())));
         }},
        {"zoomIn", tr("Zoom in"), Qt::Key_Equal, Qt::Key_R, [this] { zoom(0.6); }, true},
        {"zoomOut", tr("Zoom out"), Qt::Key_Minus, shift(Qt::Key_R), [this] { zoom(1 / 0.6); }, true},
        {"zoomAll", tr("Whole episode"), Qt::Key_0, Qt::Key_0,
         [this] { m_timeline->setAxis({.from = 0, .to = std::max<Timestamp>(m_episode.duration, 1)}); }},
        {"undo", tr("Undo"), ctrl(Qt::Key_Z), ctrl(Qt::Key_Z), [this] { m_labels.undoStack().undo(); }, true},
        {"redo", tr("Redo"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), [this] { m_labels.undoStack().redo(); }, true},
        {"submit", tr("Hand in for review, and the next one"), ctrl(Qt::Key_Return), shift(Qt::Key_F),
         [this] { emit submitWanted(); }},
        {"nextEpisode", tr("Next episode"), alt(Qt::Key_Right), alt(Qt::Key_D), [this] { emit nextEpisodeWanted(1); }},
        {"previousEpisode", tr("Previous episode"), alt(Qt::Key_Left), alt(Qt::Key_A),
         [this] { emit nextEpisodeWanted(-1); }},
        {"home", tr("3D view home"), Qt::Key_H, Qt::Key_G, [this] { m_viewport->goHome(); }},
        {"cancel", tr("Cancel"), Qt::Key_Escape, Qt::Key_Escape, [this] { cancel(); }},
        {"keySet", tr("Other set of keys"), ctrl(Qt::Key_K), ctrl(Qt::Key_K), [this] { m_keysButton->click(); }},
    };
    for (Row& row : rows) {
        const QKeySequence& key = m_keySet == AnnotateKeys::Usual ? row.usual : row.left;
        m_keys.add({.id = prefixOf(m_keySet) + QLatin1String(row.id),
                    .page = kPage,
                    .title = std::move(row.title),
                    .key = key,
                    .run =
                        [this, run = std::move(row.run)] {
                            if (!m_episode.id.isEmpty()) run();
                        },
                    .repeats = row.repeats});
    }
    for (int digit = 1; digit <= 9; ++digit)
        m_keys.add({.id = prefixOf(m_keySet) + QStringLiteral("label%1").arg(digit),
                    .page = kPage,
                    .title = tr("Label %1").arg(digit),
                    .key = static_cast<Qt::Key>(Qt::Key_0 + digit),
                    .run = [this, digit] {
                        if (!m_episode.id.isEmpty()) setLabel(digit - 1);
                    }});
    nameKeys();
}

}  // namespace understudy
