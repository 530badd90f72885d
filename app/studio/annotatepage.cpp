#include "app/studio/annotatepage.h"

#include <algorithm>

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/studio/labelpanel.h"
#include "app/studio/picturearea.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/signalplot.h"
#include "widgets/theme.h"
#include "widgets/timeline.h"

namespace understudy {
namespace {

constexpr int kSideWidth = 300;
constexpr Duration kLeastRunning = kSecond / 20;  ///< a segment this young is not ended by going on

QString seconds(Timestamp time) { return QString::number(toSeconds(time), 'f', 3); }

}  // namespace

AnnotatePage::AnnotatePage(KeyRouter& keys, QWidget* parent)
    : QWidget(parent), m_keys(keys), m_labels(this), m_player(this)
{
    setFocusPolicy(Qt::ClickFocus);
    setAttribute(Qt::WA_InputMethodEnabled, false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);

    auto* work = new QWidget(this);
    auto* column = new QVBoxLayout(work);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* rows = new QSplitter(Qt::Vertical, work);
    rows->setHandleWidth(4);
    rows->setChildrenCollapsible(false);
    rows->addWidget(makePictures());
    auto* lower = new QWidget(rows);
    auto* lowerColumn = new QVBoxLayout(lower);
    lowerColumn->setContentsMargins(0, 0, 0, 0);
    lowerColumn->setSpacing(0);
    lowerColumn->addWidget(makeStrip());
    lowerColumn->addWidget(makeLanes(), 1);
    rows->addWidget(lower);
    rows->setStretchFactor(0, 3);
    rows->setStretchFactor(1, 2);
    rows->setSizes({480, 460});
    column->addWidget(rows, 1);

    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    columns->addWidget(work, 1);
    columns->addWidget(makeSide());
    layout->addLayout(columns, 1);
    m_messages = new MessageBar(this);
    layout->addWidget(m_messages);

    connectParts();
    translate();
}

QWidget* AnnotatePage::makePictures()
{
    auto* frame = new QWidget(this);
    frame->setMinimumHeight(200);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(12, 12, 12, 8);
    m_pictures = new PictureArea(frame);
    column->addWidget(m_pictures);
    m_main = new QWidget(m_pictures);
    auto* main = new QVBoxLayout(m_main);
    main->setContentsMargins(0, 0, 0, 0);
    m_viewport = new RobotViewport(m_main);
    m_viewport->setColours(Theme::current().scene());
    m_noRobot = new QLabel(m_main);
    m_noRobot->setObjectName(QStringLiteral("annotate.noRobot"));
    m_noRobot->setAlignment(Qt::AlignCenter);
    m_noRobot->setWordWrap(true);
    m_noRobot->setProperty("role", "empty");
    main->addWidget(m_viewport);
    main->addWidget(m_noRobot);
    m_noRobot->hide();
    m_pictures->setMain(m_main);
    return frame;
}

QWidget* AnnotatePage::makeStrip()
{
    auto* strip = new QFrame(this);
    strip->setProperty("role", "panel");
    strip->setFixedHeight(44);
    auto* row = new QHBoxLayout(strip);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(4);
    m_clock = new QLabel(strip);
    m_clock->setFont(uiFont(17, QFont::DemiBold));
    m_clock->setFixedWidth(82);
    m_clockNote = new QLabel(strip);
    m_clockNote->setProperty("role", "muted");
    m_clockNote->setMinimumWidth(230);
    row->addWidget(m_clock);
    row->addWidget(m_clockNote);
    const auto button = [&](const char* name, const std::function<void()>& run) {
        auto* made = new QPushButton(strip);
        made->setProperty("role", "tool");
        made->setObjectName(QStringLiteral("annotate.") + QLatin1String(name));
        made->setFocusPolicy(Qt::NoFocus);
        connect(made, &QPushButton::clicked, this, run);
        row->addWidget(made);
        return made;
    };
    m_backButton = button("back", [this] { m_player.step(-1); });
    m_playButton = button("play", [this] { m_player.toggle(); });
    m_forwardButton = button("forward", [this] { m_player.step(1); });
    row->addStretch();
    m_undoButton = button("undo", [this] { m_labels.undoStack().undo(); });
    m_redoButton = button("redo", [this] { m_labels.undoStack().redo(); });
    m_splitButton = button("split", [this] { split(); });
    m_deleteButton = button("delete", [this] { m_labels.remove(m_timeline->selected()); });
    m_snapButton = button("snap", [this] { m_timeline->setSnapping(m_snapButton->isChecked()); });
    m_snapButton->setCheckable(true);
    m_snapButton->setChecked(true);
    m_keysButton = button(
        "keySet", [this] { setKeys(m_keySet == AnnotateKeys::Usual ? AnnotateKeys::LeftHand : AnnotateKeys::Usual); });
    return strip;
}

QWidget* AnnotatePage::makeLanes()
{
    auto* lanes = new QWidget(this);
    auto* column = new QVBoxLayout(lanes);
    column->setContentsMargins(0, 4, 12, 8);
    column->setSpacing(2);
    m_timeline = new Timeline(lanes);
    column->addWidget(m_timeline);
    m_plotColumn = new QVBoxLayout;
    m_plotColumn->setSpacing(0);
    column->addLayout(m_plotColumn, 1);
    return lanes;
}

QWidget* AnnotatePage::makeSide()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setFixedWidth(kSideWidth);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 16, 12, 12);
    column->setSpacing(8);
    m_title = new QLabel(panel);
    m_title->setProperty("role", "title");
    m_title->setWordWrap(true);
    m_instruction = new QLabel(panel);
    m_instruction->setProperty("role", "muted");
    m_instruction->setWordWrap(true);
    column->addWidget(m_title);
    column->addWidget(m_instruction);
    column->addSpacing(8);
    m_labelPanel = new LabelPanel(panel);
    column->addWidget(m_labelPanel, 1);
    column->addSpacing(4);
    m_segmentHeading = new QLabel(panel);
    m_segmentHeading->setProperty("role", "heading");
    column->addWidget(m_segmentHeading);
    auto* card = new QFrame(panel);
    card->setProperty("role", "card");
    auto* inside = new QVBoxLayout(card);
    inside->setContentsMargins(12, 10, 12, 10);
    m_selection = new QLabel(card);
    m_selection->setTextFormat(Qt::RichText);
    m_selection->setWordWrap(true);
    m_selection->setMinimumHeight(64);
    m_selection->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    inside->addWidget(m_selection);
    column->addWidget(card);
    m_hint = new QLabel(panel);
    m_hint->setProperty("role", "muted");
    m_hint->setWordWrap(true);
    column->addWidget(m_hint);
    column->addSpacing(4);
    m_saved = new QLabel(panel);
    m_saved->setObjectName(QStringLiteral("annotate.saved"));
    column->addWidget(m_saved);
    m_submit = new QPushButton(panel);
    m_submit->setObjectName(QStringLiteral("annotate.submit"));
    m_submit->setProperty("role", "primary");
    m_submit->setFocusPolicy(Qt::NoFocus);
    connect(m_submit, &QPushButton::clicked, this, [this] {
        if (!m_episode.id.isEmpty()) emit submitWanted();
    });
    column->addWidget(m_submit);
    return panel;
}

void AnnotatePage::connectParts()
{
    connect(m_timeline, &Timeline::scrubbed, &m_player, &EpisodePlayer::seek);
    connect(m_timeline, &Timeline::axisChanged, this, [this](const TimeAxis& axis) {
        for (SignalPlot* plot : m_plots) plot->setAxis(axis);
        emit placeChanged();
    });
    connect(m_timeline, &Timeline::selectionChanged, this, [this] {
        showSelection();
        emit placeChanged();
    });
    connect(m_timeline, &Timeline::snappingChanged, this, &AnnotatePage::nameKeys);
    connect(m_timeline, &Timeline::currentTierChanged, this, &AnnotatePage::placeChanged);
    connect(m_timeline, &Timeline::moveWanted, &m_labels, &LabelSet::move);
    connect(m_timeline, &Timeline::createWanted, this, [this](const QString& tier, Timestamp start, Timestamp end) {
        const auto row = static_cast<std::size_t>(m_labelPanel->current());
        if (row < m_vocabulary.size()) m_timeline->select(m_labels.add(tier, start, end, m_vocabulary[row].id));
    });
    connect(m_labelPanel, &LabelPanel::chosen, this, &AnnotatePage::setLabel);
    connect(m_labelPanel, &LabelPanel::searchLeft, this, [this] { setFocus(); });
    connect(&m_labels, &LabelSet::changed, this, &AnnotatePage::showSegments);
    connect(&m_labels, &LabelSet::savingChanged, this, &AnnotatePage::showSaving);
    connect(&m_labels, &LabelSet::refused, this, [this](const QString& problem) {
        m_messages->say(MessageBar::Kind::Bad, tr("This edit was not saved and has been taken back: %1").arg(problem));
    });
    connect(m_viewport, &RobotViewport::painted, this, &AnnotatePage::finish);
    connect(&m_player, &EpisodePlayer::moved, this, &AnnotatePage::moved);
    connect(&m_player, &EpisodePlayer::speedChanged, this, [this] {
        nameKeys();
        showClock();
    });
    addKeys();
    connect(&m_keys, &KeyRouter::changed, this, &AnnotatePage::nameKeys);
}

void AnnotatePage::nameKeys()
{
    const auto name = [this](QPushButton* button, const QString& title, const char* act) {
        const QString key = keyOf(act);
        button->setText(key.isEmpty() ? title : QStringLiteral("%1  %2").arg(title, key));
    };
    name(m_playButton, m_player.isPlaying() ? tr("Pause") : tr("Play"), "play");
    name(m_backButton, QStringLiteral("◀"), "back");
    name(m_forwardButton, QStringLiteral("▶"), "forward");
    name(m_undoButton, tr("Undo"), "undo");
    name(m_redoButton, tr("Redo"), "redo");
    name(m_splitButton, tr("Split"), "split");
    name(m_deleteButton, tr("Delete"), "delete");
    name(m_snapButton, m_snapButton->isChecked() ? tr("Snap on") : tr("Snap off"), "snap");
    m_keysButton->setText(m_keySet == AnnotateKeys::Usual ? tr("Keys: usual") : tr("Keys: left hand"));
    m_keysButton->setToolTip(tr("%1 changes the set, F1 shows it").arg(keyOf("keySet")));
    name(m_submit, tr("Hand in, next"), "submit");
    m_labelPanel->setSearchKey(keyOf("search"));
    m_hint->setText(tr("%1 ends the segment here and begins the next, or accepts a draft. Drag on a lane makes one; "
                       "%2 and %3 set its edges.")
                        .arg(keyOf("goOn"), keyOf("start"), keyOf("end")));
}

void AnnotatePage::translate()
{
    m_segmentHeading->setText(tr("SEGMENT"));
    m_noRobot->setText(
        tr("This episode has no robot model, so nothing is shown in 3D. Cameras, plots and labels work."));
    nameKeys();
    showSelection();
    showClock();
    showSaving();
}

void AnnotatePage::setLanguage(const QString& language)
{
    m_language = language;
    showInstruction();
}

void AnnotatePage::showInstruction()
{
    const bool zhFirst = m_language == QStringLiteral("zh");
    const QString& first = zhFirst ? m_episode.instructionZh : m_episode.instructionEn;
    const QString& second = zhFirst ? m_episode.instructionEn : m_episode.instructionZh;
    const QString& shown = first.isEmpty() ? second : first;
    m_instruction->setText(shown);
    m_instruction->setVisible(!shown.isEmpty() && shown != m_episode.title);
}

void AnnotatePage::setTiers(std::vector<AnnotateTier> tiers)
{
    m_tiers = std::move(tiers);
    showSegments();
}

void AnnotatePage::setVocabulary(std::vector<AnnotateLabel> labels)
{
    m_vocabulary = std::move(labels);
    m_labelPanel->setLabels(m_vocabulary);
    showSegments();
}

void AnnotatePage::open(AnnotateEpisode episode, const AnnotatePlace& place)
{
    m_player.pause();
    m_timeline->cancelDrag();
    m_episode = std::move(episode);
    m_complete = false;
    m_title->setText(m_episode.title);
    showInstruction();
    for (ImageView* view : m_cameras) view->deleteLater();
    m_cameras.clear();
    for (const QString& camera : m_episode.cameras) m_cameras.push_back(new ImageView(camera, m_pictures));
    m_pictures->setPictures({m_cameras.begin(), m_cameras.end()}, m_episode.cameraAspect);
    for (SignalPlot* plot : m_plots) plot->deleteLater();
    m_plots.clear();
    for (Plot& plot : m_episode.plots) {
        auto* view = new SignalPlot(this);
        view->setPlot(std::move(plot));
        connect(view, &SignalPlot::scrubbed, &m_player, &EpisodePlayer::seek);
        m_plotColumn->addWidget(view, 1);
        m_plots.push_back(view);
    }
    m_player.open(m_episode.duration, std::move(m_episode.imageTimes));
    m_timeline->setDuration(m_episode.duration);
    m_timeline->setImageTimes(m_player.images());
    m_timeline->setMarks(m_episode.marks);
    for (SignalPlot* plot : m_plots) plot->setAxis(m_timeline->axis());
    const bool hasRobot = !m_episode.scene.shapes.empty();
    m_viewport->setVisible(hasRobot);
    m_noRobot->setVisible(!hasRobot);
    if (hasRobot) m_viewport->setModel(std::move(m_episode.scene));
    m_labels.load(m_episode.id, std::move(m_episode.segments), m_episode.duration);
    m_timeline->select({});
    m_messages->clear();
    if (!m_episode.problem.isEmpty())
        m_messages->say(MessageBar::Kind::Caution, m_episode.problem);
    else if (m_cameras.empty())
        m_messages->say(MessageBar::Kind::Info,
                        tr("This episode has no camera: label by the 3D view and the plots. Steps are 1/30 s."));
    Timestamp at = 0;
    if (place.episode == m_episode.id) {
        at = place.playhead;
        if (place.axis.to > place.axis.from && place.axis.to <= m_episode.duration) m_timeline->setAxis(place.axis);
        m_timeline->setCurrentTier(place.tier);
        if (m_labels.find(place.selected) != nullptr) m_timeline->select(place.selected);
    }
    m_player.seek(at);
}

void AnnotatePage::show(const AnnotateMoment& moment)
{
    ++m_moments;
    for (std::size_t i = 0; i < m_cameras.size() && i < moment.images.size(); ++i) {
        if (moment.images[i].isNull())
            m_cameras[i]->setPlaceholder(i < moment.notes.size() && !moment.notes[i].isEmpty()
                                             ? moment.notes[i]
                                             : tr("no picture at this time"));
        else
            m_cameras[i]->setImage(moment.images[i]);
    }
    if (!moment.scene.bodies.empty()) m_viewport->show(moment.scene);
    if (moment.scene.bodies.empty() || !m_viewport->problem().isEmpty()) finish();
}

void AnnotatePage::finish()
{
    if (m_complete || m_moments == 0) return;
    m_complete = true;
    emit complete();
}

AnnotatePlace AnnotatePage::place() const
{
    return {.episode = m_episode.id,
            .playhead = m_player.time(),
            .axis = m_timeline->axis(),
            .selected = m_timeline->selected(),
            .tier = m_timeline->currentTier()};
}

void AnnotatePage::moved(Timestamp time)
{
    m_timeline->setPlayhead(time);
    for (SignalPlot* plot : m_plots) plot->setPlayhead(time);
    showClock();
    emit momentWanted(time);
    emit placeChanged();
}

void AnnotatePage::showClock()
{
    m_clock->setText(seconds(m_player.time()));
    const double speed = m_player.speed();
    QStringList parts{tr("of %1 s").arg(seconds(m_episode.duration))};
    if (const int image = m_player.image(); image >= 0)
        parts << tr("image %1 of %2").arg(image + 1).arg(m_player.images().size());
    if (speed != 0) parts << (speed < 0 ? QStringLiteral("◀ ×%1") : QStringLiteral("▶ ×%1")).arg(std::abs(speed));
    m_clockNote->setText(parts.join(QStringLiteral("  ·  ")));
}

void AnnotatePage::showSaving()
{
    const Theme& theme = Theme::current();
    const bool saved = m_labels.unsaved() == 0;
    m_saved->setText(m_episode.id.isEmpty() ? QString()
                     : saved                ? tr("✓  Every edit is saved")
                                            : tr("…  Saving %n edit(s)", nullptr, m_labels.unsaved()));
    m_saved->setStyleSheet(QStringLiteral("color: %1;").arg((saved ? theme.good : theme.caution).name()));
    m_undoButton->setEnabled(m_labels.undoStack().canUndo());
    m_redoButton->setEnabled(m_labels.undoStack().canRedo());
}

void AnnotatePage::goOn()
{
    if (m_vocabulary.empty()) return;
    const Timestamp here = m_player.time();
    const QString tier = currentTier();
    const LabelledSegment* running = m_labels.at(tier, here);
    if (running != nullptr && running->draft) {
        const QString id = running->id;
        const Timestamp end = running->end;
        m_labels.accept(id);
        m_timeline->select(id);
        if (!m_player.isPlaying()) m_player.seek(end);
        return;
    }
    if (running != nullptr && here - running->start > kLeastRunning) {
        const int next = (indexOf(running->label) + 1) % static_cast<int>(m_vocabulary.size());
        const QString later = m_labels.split(running->id, here, m_vocabulary[static_cast<std::size_t>(next)].id);
        if (!later.isEmpty()) m_timeline->select(later);
        return;
    }
    const int row = std::max(0, m_labelPanel->current());
    Timestamp from = 0;
    for (const LabelledSegment& segment : m_labels.segments())
        if (segment.tier == tier && segment.end <= here) from = std::max(from, segment.end);
    const QString made = m_labels.add(tier, from, here, m_vocabulary[static_cast<std::size_t>(row)].id);
    if (made.isEmpty()) {
        m_messages->say(MessageBar::Kind::Info, tr("Nothing ends here yet: go on to where the skill ends."));
        return;
    }
    m_timeline->select(made);
    m_labelPanel->setCurrent((row + 1) % static_cast<int>(m_vocabulary.size()));
}

void AnnotatePage::setLabel(int index)
{
    if (index < 0 || index >= static_cast<int>(m_vocabulary.size())) return;
    m_labelPanel->setCurrent(index);
    const QString label = m_vocabulary[static_cast<std::size_t>(index)].id;
    if (!m_timeline->selected().isEmpty()) m_labels.relabel(m_timeline->selected(), label);
}

void AnnotatePage::cancel()
{
    if (m_timeline->cancelDrag()) return;
    if (m_player.isPlaying())
        m_player.pause();
    else if (!m_timeline->selected().isEmpty())
        m_timeline->select({});
    else
        m_messages->clear();
}

void AnnotatePage::split()
{
    const LabelledSegment* segment = m_labels.at(currentTier(), m_player.time());
    if (segment == nullptr) return;
    if (const QString later = m_labels.split(segment->id, m_player.time()); !later.isEmpty()) m_timeline->select(later);
}

void AnnotatePage::moveEdge(bool start)
{
    const LabelledSegment* segment = m_labels.find(m_timeline->selected());
    if (segment == nullptr) {
        m_messages->say(MessageBar::Kind::Info, tr("Select a segment first: its edge moves to the playhead."));
        return;
    }
    if (start)
        m_labels.move(segment->id, m_player.time(), segment->end);
    else
        m_labels.move(segment->id, segment->start, m_player.time());
}

void AnnotatePage::nextEdge(int direction)
{
    std::vector<Timestamp> edges{0, m_episode.duration};
    for (const LabelledSegment& segment : m_labels.segments())
        if (segment.tier == currentTier()) edges.insert(edges.end(), {segment.start, segment.end});
    std::ranges::sort(edges);
    const Timestamp here = m_player.time();
    if (direction > 0) {
        const auto next = std::ranges::upper_bound(edges, here);
        if (next != edges.end()) m_player.seek(*next);
    } else {
        const auto next = std::ranges::lower_bound(edges, here);
        if (next != edges.begin()) m_player.seek(*(next - 1));
    }
    if (const LabelledSegment* segment = m_labels.at(currentTier(), m_player.time())) m_timeline->select(segment->id);
}

void AnnotatePage::zoom(double factor)
{
    m_timeline->setAxis(m_timeline->axis().zoomed(factor, m_player.time(), m_episode.duration));
}

QString AnnotatePage::currentTier() const
{
    const auto index = static_cast<std::size_t>(m_timeline->currentTier());
    return index < m_tiers.size() ? m_tiers[index].id : QString();
}

int AnnotatePage::indexOf(const QString& label) const
{
    return static_cast<int>(std::ranges::find(m_vocabulary, label, &AnnotateLabel::id) - m_vocabulary.begin());
}

QString AnnotatePage::titleOf(const QString& label) const
{
    const auto index = static_cast<std::size_t>(indexOf(label));
    return index < m_vocabulary.size() ? m_vocabulary[index].title : label;
}

void AnnotatePage::showSegments()
{
    std::vector<TimelineTier> tiers;
    for (const AnnotateTier& tier : m_tiers) {
        TimelineTier shown{.id = tier.id, .title = tier.title, .segments = {}};
        for (const LabelledSegment& segment : m_labels.segments())
            if (segment.tier == tier.id)
                shown.segments.push_back({.id = segment.id,
                                          .label = titleOf(segment.label),
                                          .labelIndex = indexOf(segment.label),
                                          .start = segment.start,
                                          .end = segment.end,
                                          .draft = segment.draft});
        tiers.push_back(std::move(shown));
    }
    m_timeline->setTiers(std::move(tiers));
    showSelection();
}

void AnnotatePage::showSelection()
{
    const LabelledSegment* segment = m_labels.find(m_timeline->selected());
    m_splitButton->setEnabled(!m_episode.id.isEmpty());
    m_deleteButton->setEnabled(segment != nullptr);
    if (segment == nullptr) {
        m_selection->setText(tr("None is selected. A click selects one."));
        return;
    }
    QString text = tr("<b>%1</b><br>%2 – %3 s<br>%4 s long")
                       .arg(titleOf(segment->label).toHtmlEscaped(), seconds(segment->start), seconds(segment->end),
                            seconds(segment->end - segment->start));
    if (segment->draft) text += tr("  ·  draft, %1 accepts it").arg(keyOf("goOn"));
    m_selection->setText(text);
}

void AnnotatePage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        // The sheet's titles too, but not from inside the act that switched the language.
        QMetaObject::invokeMethod(this, &AnnotatePage::addKeys, Qt::QueuedConnection);
        translate();
    }
    if (event->type() == QEvent::PaletteChange) {
        m_viewport->setColours(Theme::current().scene());
        showSaving();
    }
    QWidget::changeEvent(event);
}

void AnnotatePage::hideEvent(QHideEvent* event)
{
    m_player.pause();
    QWidget::hideEvent(event);
}

}  // namespace understudy
