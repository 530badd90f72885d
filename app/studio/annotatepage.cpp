#include "app/studio/annotatepage.h"

#include <algorithm>

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/signalplot.h"
#include "widgets/theme.h"
#include "widgets/timeline.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("annotate");
constexpr int kPlayerPeriodMs = 16;

}  // namespace

AnnotatePage::AnnotatePage(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_labels(this)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);

    auto* columns = new QSplitter(Qt::Horizontal, this);
    columns->setHandleWidth(2);
    columns->addWidget(makePictures());
    columns->addWidget(makeSide());
    columns->setStretchFactor(0, 1);
    columns->setSizes({1120, 280});

    auto* lower = new QWidget(this);
    auto* lowerColumn = new QVBoxLayout(lower);
    lowerColumn->setContentsMargins(0, 4, 12, 8);
    lowerColumn->setSpacing(2);
    m_timeline = new Timeline(lower);
    lowerColumn->addWidget(m_timeline);
    m_plotColumn = new QVBoxLayout;
    m_plotColumn->setSpacing(0);
    lowerColumn->addLayout(m_plotColumn, 1);

    auto* rows = new QSplitter(Qt::Vertical, this);
    rows->setHandleWidth(2);
    rows->addWidget(columns);
    rows->addWidget(lower);
    rows->setStretchFactor(0, 3);
    rows->setStretchFactor(1, 2);
    rows->setSizes({480, 340});
    layout->addWidget(rows, 1);
    m_messages = new MessageBar(this);
    layout->addWidget(m_messages);

    connect(m_timeline, &Timeline::scrubbed, this, [this](Timestamp time) {
        pause();
        seek(time);
    });
    connect(m_timeline, &Timeline::axisChanged, this, [this](const TimeAxis& axis) {
        for (SignalPlot* plot : m_plots) plot->setAxis(axis);
    });
    connect(m_timeline, &Timeline::selectionChanged, this, &AnnotatePage::showSelection);
    connect(m_timeline, &Timeline::moveWanted, &m_labels, &LabelSet::move);
    connect(m_timeline, &Timeline::createWanted, this, [this](const QString& tier, Timestamp start, Timestamp end) {
        const int row = std::max(0, m_labelList->currentRow());
        if (row < static_cast<int>(m_vocabulary.size()))
            m_timeline->select(m_labels.add(tier, start, end, m_vocabulary[static_cast<std::size_t>(row)].id));
    });
    connect(&m_labels, &LabelSet::changed, this, &AnnotatePage::showSegments);
    connect(&m_labels, &LabelSet::refused, this, [this](const QString& problem) {
        m_messages->say(MessageBar::Kind::Bad, tr("This edit was not saved and has been taken back: %1").arg(problem));
    });
    connect(&m_player, &QTimer::timeout, this, &AnnotatePage::tick);
    m_player.setTimerType(Qt::PreciseTimer);
    m_player.setInterval(kPlayerPeriodMs);
    addKeys(keys);
    translate();
    setEnabled(false);
}

QWidget* AnnotatePage::makePictures()
{
    auto* panel = new QWidget(this);
    m_pictures = new QGridLayout(panel);
    m_pictures->setContentsMargins(12, 12, 8, 8);
    m_pictures->setSpacing(8);
    m_viewport = new RobotViewport(panel);
    m_noRobot = new QLabel(panel);
    m_noRobot->setAlignment(Qt::AlignCenter);
    m_noRobot->setProperty("role", "muted");
    m_noRobot->hide();
    m_pictures->addWidget(m_viewport, 0, 0, 2, 1);
    m_pictures->addWidget(m_noRobot, 0, 0, 2, 1);
    m_pictures->setColumnStretch(0, 3);
    return panel;
}

QWidget* AnnotatePage::makeSide()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(220);
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
    auto* playRow = new QHBoxLayout;
    m_playButton = new QPushButton(panel);
    m_playButton->setFocusPolicy(Qt::NoFocus);
    connect(m_playButton, &QPushButton::clicked, this, [this] { isPlaying() ? pause() : play(1); });
    m_clock = new QLabel(panel);
    m_clock->setFont(uiFont(15, QFont::DemiBold));
    playRow->addWidget(m_playButton);
    playRow->addStretch();
    playRow->addWidget(m_clock);
    column->addLayout(playRow);
    column->addSpacing(8);
    m_labelHeading = new QLabel(panel);
    m_labelHeading->setProperty("role", "heading");
    column->addWidget(m_labelHeading);
    m_labelList = new QListWidget(panel);
    m_labelList->setFocusPolicy(Qt::NoFocus);
    m_labelList->setAttribute(Qt::WA_InputMethodEnabled, false);
    connect(m_labelList, &QListWidget::itemClicked, this, [this] { setLabel(m_labelList->currentRow()); });
    column->addWidget(m_labelList, 1);
    m_selection = new QLabel(panel);
    m_selection->setWordWrap(true);
    column->addWidget(m_selection);
    m_hint = new QLabel(panel);
    m_hint->setProperty("role", "muted");
    m_hint->setWordWrap(true);
    column->addWidget(m_hint);
    m_submit = new QPushButton(panel);
    m_submit->setProperty("role", "primary");
    m_submit->setFocusPolicy(Qt::NoFocus);
    connect(m_submit, &QPushButton::clicked, this, &AnnotatePage::submitWanted);
    column->addWidget(m_submit);
    return panel;
}

void AnnotatePage::addKeys(KeyRouter& keys)
{
    const auto add = [&](const char* id, const QString& title, const QKeySequence& key, std::function<void()> run,
                         bool repeats = false) {
        keys.add({.id = QStringLiteral("annotate.") + QLatin1String(id),
                  .page = kPage,
                  .title = title,
                  .key = key,
                  .run =
                      [this, run = std::move(run)] {
                          if (isEnabled()) run();
                      },
                  .repeats = repeats});
    };
    add("play", tr("Play or pause"), Qt::Key_Space, [this] { isPlaying() ? pause() : play(1); });
    add("fast", tr("Play at double speed"), Qt::Key_L, [this] { play(isPlaying() ? std::min(8.0, m_speed * 2) : 2); });
    add(
        "back", tr("One image back"), Qt::Key_A, [this] { step(-1); }, true);
    add(
        "forward", tr("One image on"), Qt::Key_D, [this] { step(1); }, true);
    add(
        "back10", tr("Ten images back"), QKeySequence(Qt::SHIFT | Qt::Key_A), [this] { step(-10); }, true);
    add(
        "forward10", tr("Ten images on"), QKeySequence(Qt::SHIFT | Qt::Key_D), [this] { step(10); }, true);
    add(
        "left", tr("One image back (arrow)"), Qt::Key_Left, [this] { step(-1); }, true);
    add(
        "right", tr("One image on (arrow)"), Qt::Key_Right, [this] { step(1); }, true);
    add("previousEdge", tr("Previous edge"), Qt::Key_Q, [this] { nextEdge(-1); });
    add("nextEdge", tr("Next edge"), Qt::Key_E, [this] { nextEdge(1); });
    add("tierUp", tr("Tier above"), Qt::Key_Up, [this] { m_timeline->setCurrentTier(m_timeline->currentTier() - 1); });
    add("tierDown", tr("Tier below"), Qt::Key_Down,
        [this] { m_timeline->setCurrentTier(m_timeline->currentTier() + 1); });
    add("goOn", tr("End this segment here and begin the next"), Qt::Key_Return, [this] { goOn(); });
    add("start", tr("Segment starts here"), Qt::Key_BracketLeft, [this] { moveEdge(true); });
    add("end", tr("Segment ends here"), Qt::Key_BracketRight, [this] { moveEdge(false); });
    add("split", tr("Split at the playhead"), Qt::Key_S, [this] {
        const LabelledSegment* segment = m_labels.at(currentTier(), playhead());
        if (segment != nullptr) m_timeline->select(m_labels.split(segment->id, playhead()));
    });
    add("delete", tr("Delete segment"), Qt::Key_Delete, [this] { m_labels.remove(m_timeline->selected()); });
    add("undo", tr("Undo"), QKeySequence(Qt::CTRL | Qt::Key_Z), [this] { m_labels.undoStack().undo(); });
    add("redo", tr("Redo"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), [this] { m_labels.undoStack().redo(); });
    add("submit", tr("Hand in for review"), QKeySequence(Qt::CTRL | Qt::Key_Return), [this] { emit submitWanted(); });
    add("nextEpisode", tr("Next episode"), QKeySequence(Qt::ALT | Qt::Key_Right),
        [this] { emit nextEpisodeWanted(1); });
    add("previousEpisode", tr("Previous episode"), QKeySequence(Qt::ALT | Qt::Key_Left),
        [this] { emit nextEpisodeWanted(-1); });
    add("home", tr("3D view home"), Qt::Key_H, [this] { m_viewport->goHome(); });
    for (int digit = 1; digit <= 9; ++digit)
        add(("label" + std::to_string(digit)).c_str(), tr("Label %1").arg(digit),
            static_cast<Qt::Key>(Qt::Key_0 + digit), [this, digit] { setLabel(digit - 1); });
}

void AnnotatePage::translate()
{
    m_labelHeading->setText(tr("LABELS"));
    m_playButton->setText(isPlaying() ? tr("Pause") : tr("Play"));
    m_submit->setText(tr("Hand in   Ctrl+Enter"));
    m_noRobot->setText(tr("This episode has no robot model to show in 3D."));
    m_hint->setText(
        tr("Enter ends this segment here and begins the next. Drag on a lane makes one, [ and ] move its edges."));
    showSelection();
}

void AnnotatePage::setTiers(std::vector<AnnotateTier> tiers)
{
    m_tiers = std::move(tiers);
    showSegments();
}

void AnnotatePage::setVocabulary(std::vector<AnnotateLabel> labels)
{
    m_vocabulary = std::move(labels);
    m_labelList->clear();
    int number = 1;
    for (const AnnotateLabel& label : m_vocabulary) {
        auto* item = new QListWidgetItem(number <= 9 ? QStringLiteral("%1   %2").arg(number).arg(label.title)
                                                     : QStringLiteral("     %1").arg(label.title));
        QPixmap chip(12, 12);
        chip.fill(Theme::current().label(number - 1));
        item->setIcon(QIcon(chip));
        m_labelList->addItem(item);
        ++number;
    }
    if (!m_vocabulary.empty()) m_labelList->setCurrentRow(0);
    showSegments();
}

void AnnotatePage::open(AnnotateEpisode episode)
{
    pause();
    m_episode = std::move(episode);
    m_complete = false;
    m_title->setText(m_episode.title);
    m_instruction->setText(m_episode.instruction);
    for (ImageView* view : m_cameras) view->deleteLater();
    m_cameras.clear();
    int index = 0;
    for (const QString& camera : m_episode.cameras) {
        auto* view = new ImageView(camera, this);
        const bool first = index == 0;
        m_pictures->addWidget(view, first ? 0 : 1, first ? 1 : index, 1,
                              first ? std::max<int>(1, static_cast<int>(m_episode.cameras.size()) - 1) : 1);
        m_cameras.push_back(view);
        ++index;
    }
    m_pictures->setColumnStretch(1, m_cameras.empty() ? 0 : 2);
    m_pictures->setColumnStretch(2, m_cameras.size() > 2 ? 2 : 0);
    for (SignalPlot* plot : m_plots) plot->deleteLater();
    m_plots.clear();
    for (Plot& plot : m_episode.plots) {
        auto* view = new SignalPlot(this);
        view->setPlot(std::move(plot));
        connect(view, &SignalPlot::scrubbed, this, [this](Timestamp time) {
            pause();
            seek(time);
        });
        m_plotColumn->addWidget(view, 1);
        m_plots.push_back(view);
    }
    m_timeline->setDuration(m_episode.duration);
    m_timeline->setMarks(m_episode.marks);
    for (SignalPlot* plot : m_plots) plot->setAxis(m_timeline->axis());
    const bool hasRobot = !m_episode.scene.shapes.empty();
    m_viewport->setVisible(hasRobot);
    m_noRobot->setVisible(!hasRobot);
    if (hasRobot) m_viewport->setModel(std::move(m_episode.scene));
    m_labels.load(std::move(m_episode.segments), m_episode.duration);
    m_messages->clear();
    if (!m_episode.problem.isEmpty()) m_messages->say(MessageBar::Kind::Caution, m_episode.problem);
    setEnabled(true);
    m_timeline->setPlayhead(1);
    seek(0);
}

void AnnotatePage::show(const AnnotateMoment& moment)
{
    for (std::size_t i = 0; i < m_cameras.size() && i < moment.images.size(); ++i) {
        if (moment.images[i].isNull())
            m_cameras[i]->setPlaceholder(tr("no picture at this time"));
        else
            m_cameras[i]->setImage(moment.images[i]);
    }
    if (!moment.scene.bodies.empty()) m_viewport->show(moment.scene);
    if (!m_complete) {
        m_complete = true;
        emit complete();
    }
}

Timestamp AnnotatePage::playhead() const { return m_timeline->playhead(); }

void AnnotatePage::seek(Timestamp time)
{
    const Timestamp wanted = std::clamp<Timestamp>(time, 0, m_episode.duration);
    m_timeline->setPlayhead(wanted);
    for (SignalPlot* plot : m_plots) plot->setPlayhead(wanted);
    m_clock->setText(tr("%1 s").arg(toSeconds(wanted), 0, 'f', 2));
    emit momentWanted(wanted);
}

void AnnotatePage::step(int images)
{
    pause();
    const auto& times = m_episode.imageTimes;
    if (times.empty()) {
        seek(playhead() + images * (kSecond / 30));
        return;
    }
    const auto here = std::upper_bound(times.begin(), times.end(), playhead()) - times.begin() - 1;
    const auto wanted = std::clamp<std::ptrdiff_t>(here + images, 0, static_cast<std::ptrdiff_t>(times.size()) - 1);
    seek(times[static_cast<std::size_t>(wanted)]);
}

void AnnotatePage::play(double speed)
{
    m_speed = speed;
    m_playFrom = playhead() >= m_episode.duration ? 0 : playhead();
    m_playClock.start();
    m_player.start();
    m_playButton->setText(tr("Pause"));
}

void AnnotatePage::pause()
{
    m_player.stop();
    m_playButton->setText(tr("Play"));
}

void AnnotatePage::tick()
{
    const Timestamp time =
        m_playFrom + static_cast<Timestamp>(static_cast<double>(m_playClock.nsecsElapsed()) * m_speed);
    seek(time);
    if (time >= m_episode.duration) pause();
}

void AnnotatePage::goOn()
{
    if (m_vocabulary.empty()) return;
    const Timestamp here = playhead();
    const QString tier = currentTier();
    if (const LabelledSegment* running = m_labels.at(tier, here);
        running != nullptr && here - running->start > kSecond / 20) {
        const int next = (indexOf(running->label) + 1) % static_cast<int>(m_vocabulary.size());
        const QString later = m_labels.split(running->id, here);
        if (!later.isEmpty()) {
            m_labels.relabel(later, m_vocabulary[static_cast<std::size_t>(next)].id);
            m_timeline->select(later);
        }
        return;
    }
    const int row = std::max(0, m_labelList->currentRow());
    Timestamp from = 0;
    for (const LabelledSegment& segment : m_labels.segments())
        if (segment.tier == tier && segment.end <= here) from = std::max(from, segment.end);
    const QString made = m_labels.add(tier, from, here, m_vocabulary[static_cast<std::size_t>(row)].id);
    m_timeline->select(made);
    if (!made.isEmpty()) m_labelList->setCurrentRow((row + 1) % static_cast<int>(m_vocabulary.size()));
}

void AnnotatePage::setLabel(int index)
{
    if (index < 0 || index >= static_cast<int>(m_vocabulary.size())) return;
    m_labelList->setCurrentRow(index);
    const QString label = m_vocabulary[static_cast<std::size_t>(index)].id;
    if (!m_timeline->selected().isEmpty()) m_labels.relabel(m_timeline->selected(), label);
}

void AnnotatePage::moveEdge(bool start)
{
    const LabelledSegment* segment = m_labels.find(m_timeline->selected());
    if (segment == nullptr) return;
    if (start)
        m_labels.move(segment->id, playhead(), segment->end);
    else
        m_labels.move(segment->id, segment->start, playhead());
}

void AnnotatePage::nextEdge(int direction)
{
    std::vector<Timestamp> edges{0, m_episode.duration};
    for (const LabelledSegment& segment : m_labels.segments())
        if (segment.tier == currentTier()) edges.insert(edges.end(), {segment.start, segment.end});
    std::sort(edges.begin(), edges.end());
    pause();
    if (direction > 0) {
        const auto next = std::upper_bound(edges.begin(), edges.end(), playhead());
        if (next != edges.end()) seek(*next);
    } else {
        const auto next = std::lower_bound(edges.begin(), edges.end(), playhead());
        if (next != edges.begin()) seek(*(next - 1));
    }
    if (const LabelledSegment* here = m_labels.at(currentTier(), playhead())) m_timeline->select(here->id);
}

QString AnnotatePage::currentTier() const
{
    const auto index = static_cast<std::size_t>(m_timeline->currentTier());
    return index < m_tiers.size() ? m_tiers[index].id : QString();
}

int AnnotatePage::indexOf(const QString& label) const
{
    const auto found =
        std::find_if(m_vocabulary.begin(), m_vocabulary.end(), [&](const auto& each) { return each.id == label; });
    return found == m_vocabulary.end() ? static_cast<int>(m_vocabulary.size())
                                       : static_cast<int>(found - m_vocabulary.begin());
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
                                          .end = segment.end});
        tiers.push_back(std::move(shown));
    }
    m_timeline->setTiers(std::move(tiers));
    showSelection();
}

void AnnotatePage::showSelection()
{
    const LabelledSegment* segment = m_timeline ? m_labels.find(m_timeline->selected()) : nullptr;
    m_selection->setText(segment == nullptr ? tr("No segment selected.")
                                            : tr("<b>%1</b><br>%2 – %3 s, %4 s long")
                                                  .arg(titleOf(segment->label).toHtmlEscaped())
                                                  .arg(toSeconds(segment->start), 0, 'f', 2)
                                                  .arg(toSeconds(segment->end), 0, 'f', 2)
                                                  .arg(toSeconds(segment->end - segment->start), 0, 'f', 2));
}

void AnnotatePage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::PaletteChange) m_viewport->setColours(Theme::current().scene());
    QWidget::changeEvent(event);
}

void AnnotatePage::hideEvent(QHideEvent* event)
{
    pause();
    QWidget::hideEvent(event);
}

}  // namespace understudy
