#include "app/studio/reviewpage.h"

#include <algorithm>

#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/studio/episodetiles.h"
#include "app/studio/keytext.h"
#include "app/studio/operatebutton.h"
#include "app/studio/reasonpanel.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("review");
constexpr int kTypingMs = 120;
constexpr int kPreviewMs = 66;
constexpr int kFilterWidth = 228;
constexpr int kSideWidth = 420;

enum Part : std::uint8_t { kTask, kRobot, kPerson, kStation, kState, kOutcome };

void refill(QComboBox& box, const QString& any, const std::vector<std::pair<QString, QString>>& choices)
{
    const QString kept = box.currentData().toString();
    const QSignalBlocker quiet(&box);
    box.clear();
    box.addItem(any, QString());
    for (const auto& [title, stored] : choices) box.addItem(title, stored);
    box.setCurrentIndex(std::max(0, box.findData(kept)));
}

std::vector<std::pair<QString, QString>> plain(const QStringList& names)
{
    std::vector<std::pair<QString, QString>> choices;
    for (const QString& name : names) choices.emplace_back(name, name);
    return choices;
}

}  // namespace

ReviewPage::ReviewPage(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_keys(keys), m_table(this)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    columns->addWidget(makeFilters());
    columns->addWidget(makeList(), 1);
    columns->addWidget(makeSide());
    layout->addLayout(columns, 1);
    m_messages = new MessageBar(this);
    layout->addWidget(m_messages);
    setFocusProxy(m_tiles);

    connect(m_tiles->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { emit episodeSelected(currentEpisode()); });
    connect(m_tiles->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ReviewPage::showSelection);
    connect(m_tiles, &QListView::doubleClicked, this, [this] { emit openWanted(currentEpisode()); });
    m_typing.setSingleShot(true);
    m_typing.setInterval(kTypingMs);
    connect(&m_typing, &QTimer::timeout, this, &ReviewPage::readFilter);
    m_play.setInterval(kPreviewMs);
    connect(&m_play, &QTimer::timeout, this, &ReviewPage::playPreview);
    addKeys();
    translate();
}

ReviewPage::~ReviewPage()
{
    // The table goes before the view that shows it.
    m_tiles->selectionModel()->disconnect(this);
}

QWidget* ReviewPage::makeFilters()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setFixedWidth(kFilterWidth);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(16, 16, 12, 12);
    column->setSpacing(6);
    const auto heading = [&] {
        auto* label = new QLabel(panel);
        label->setProperty("role", "heading");
        column->addWidget(label);
        m_headings.push_back(label);
    };
    heading();
    m_search = new QLineEdit(panel);
    m_search->setClearButtonEnabled(true);
    m_search->setFocusPolicy(Qt::ClickFocus);
    m_search->setObjectName(QStringLiteral("review.search"));
    connect(m_search, &QLineEdit::textChanged, this, [this] { m_typing.start(); });
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        readFilter();
        m_tiles->setFocus();
    });
    column->addWidget(m_search);
    column->addSpacing(10);
    heading();
    for (const char* name : {"task", "robot", "operator", "station", "state", "outcome"}) {
        auto* combo = new QComboBox(panel);
        combo->setObjectName(QStringLiteral("review.") + QLatin1String(name));
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(8);
        combo->setFocusPolicy(Qt::ClickFocus);
        connect(combo, &QComboBox::currentIndexChanged, this, &ReviewPage::readFilter);
        connect(combo, &QComboBox::activated, this, [this] { m_tiles->setFocus(); });
        column->addWidget(combo);
        m_combos.push_back(combo);
    }
    const auto button = [&](const char* name, const char* role, const std::function<void()>& run) {
        auto* made = new QPushButton(panel);
        made->setObjectName(QStringLiteral("review.") + QLatin1String(name));
        made->setProperty("role", role);
        made->setFocusPolicy(Qt::NoFocus);
        connect(made, &QPushButton::clicked, this, run);
        column->addWidget(made);
        m_buttons.emplace_back(made, name);
        return made;
    };
    m_clear = button("clear", "flat", [this] { clearFilter(); });
    column->addStretch();
    heading();
    button("export", "row", [this] { emit exportWanted(); });
    button("check", "row", [this] { emit checkWanted(); });
    button("import", "row", [this] { emit importWanted(); });
    return panel;
}

QWidget* ReviewPage::makeList()
{
    auto* list = new QWidget(this);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(10, 10, 2, 0);
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(6, 0, 12, 0);
    m_count = new QLabel(list);
    m_count->setObjectName(QStringLiteral("review.count"));
    m_count->setProperty("role", "muted");
    m_cameraButton = new QPushButton(list);
    m_cameraButton->setObjectName(QStringLiteral("review.camera"));
    m_cameraButton->setProperty("role", "flat");
    m_cameraButton->setFocusPolicy(Qt::NoFocus);
    connect(m_cameraButton, &QPushButton::clicked, this, &ReviewPage::nextCamera);
    head->addWidget(m_count);
    head->addStretch();
    head->addWidget(m_cameraButton);
    column->addLayout(head);
    m_tiles = new EpisodeTiles(m_table, list);
    column->addWidget(m_tiles, 1);
    return list;
}

QPushButton* ReviewPage::makeButton(QVBoxLayout& column, const char* role, const char* act,
                                    const std::function<void()>& run)
{
    auto* made = new OperateButton(m_keys, QStringLiteral("review.") + QLatin1String(act), role, this);
    connect(made, &QPushButton::clicked, this, run);
    column.addWidget(made);
    m_buttons.emplace_back(made, act);
    return made;
}

QWidget* ReviewPage::makeSide()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setFixedWidth(kSideWidth);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    m_preview = new ImageView(QString(), panel);
    m_preview->setObjectName(QStringLiteral("review.preview"));
    m_preview->setFixedHeight((kSideWidth - 24) * 3 / 4);
    column->addWidget(m_preview);
    m_title = new QLabel(panel);
    m_title->setProperty("role", "title");
    m_title->setWordWrap(true);
    column->addWidget(m_title);
    auto* area = new QScrollArea(panel);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setProperty("role", "panel");
    area->viewport()->setAutoFillBackground(false);
    m_details = new QLabel;
    m_details->setTextFormat(Qt::RichText);
    m_details->setWordWrap(true);
    m_details->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_details->setTextInteractionFlags(Qt::NoTextInteraction);
    area->setWidget(m_details);
    m_details->setAutoFillBackground(false);
    column->addWidget(area, 1);
    m_reasons = new ReasonPanel(panel);
    column->addWidget(m_reasons);
    m_verdicts = new QWidget(panel);
    auto* buttons = new QVBoxLayout(m_verdicts);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->setSpacing(6);
    m_open = makeButton(*buttons, "", "open", [this] { emit openWanted(currentEpisode()); });
    m_accept = makeButton(*buttons, "good", "accept", [this] { decide(Verdict::Accepted, ReturnTo::Nobody, {}); });
    makeButton(*buttons, "caution", "return", [this] { askReason(Verdict::Returned, ReturnTo::Annotator); });
    makeButton(*buttons, "caution", "station", [this] { askReason(Verdict::Returned, ReturnTo::Station); });
    makeButton(*buttons, "bad", "reject", [this] { askReason(Verdict::Rejected, ReturnTo::Nobody); });
    makeButton(*buttons, "flat", "takeBack", [this] { emit takeBackWanted(); });
    column->addWidget(m_verdicts);
    connect(m_reasons, &ReasonPanel::left, this, [this] {
        m_verdicts->show();
        m_tiles->setFocus();
    });
    return panel;
}

void ReviewPage::addKeys()
{
    m_keys.removePage(kPage);
    const auto add = [this](const char* id, const QString& title, const QKeySequence& key, std::function<void()> run,
                            bool repeats = false) {
        m_keys.add({.id = QStringLiteral("review.") + QLatin1String(id),
                    .page = kPage,
                    .title = title,
                    .key = key,
                    .run = std::move(run),
                    .repeats = repeats});
    };
    const auto click = [this](const char* act) {
        return [this, act] {
            if (m_reasons->isVisible()) return;
            for (const auto& [button, name] : m_buttons)
                if (QLatin1String(name) == QLatin1String(act) && button->isEnabled()) button->click();
        };
    };
    const auto move = [this](int columns, int rows, bool extend) {
        return [this, columns, rows, extend] { m_tiles->move(columns + rows * m_tiles->columns(), extend); };
    };
    const auto shift = [](Qt::Key key) { return QKeySequence(Qt::SHIFT | key); };
    add("next", tr("Next episode"), Qt::Key_Right, move(1, 0, false), true);
    add("previous", tr("Previous episode"), Qt::Key_Left, move(-1, 0, false), true);
    add("down", tr("One row down"), Qt::Key_Down, move(0, 1, false), true);
    add("up", tr("One row up"), Qt::Key_Up, move(0, -1, false), true);
    add("moreNext", tr("The next one too"), shift(Qt::Key_Right), move(1, 0, true), true);
    add("moreDown", tr("One more row down"), shift(Qt::Key_Down), move(0, 1, true), true);
    add("all", tr("Select everything shown"), QKeySequence(Qt::CTRL | Qt::Key_A), [this] { m_tiles->selectAll(); });
    add("open", tr("Open in Annotate"), Qt::Key_Return, click("open"));
    add("accept", tr("Accept"), Qt::Key_A, click("accept"));
    add("return", tr("Return to the annotator …"), Qt::Key_T, click("return"));
    add("station", tr("Return to the station …"), Qt::Key_S, click("station"));
    add("reject", tr("Reject …"), Qt::Key_X, click("reject"));
    add("takeBack", tr("Take the last verdict back"), QKeySequence(Qt::CTRL | Qt::Key_Z), click("takeBack"));
    for (int number = 1; number <= 6; ++number)
        m_keys.add({.id = QStringLiteral("review.reason%1").arg(number),
                    .page = kPage,
                    .title = tr("Reason %1").arg(number),
                    .key = static_cast<Qt::Key>(Qt::Key_0 + number),
                    .run = [this, number] { m_reasons->choose(number); }});
    add("words", tr("Reason in your own words"), Qt::Key_Tab, [this] { m_reasons->write(); });
    add("cancel", tr("Cancel"), Qt::Key_Escape, [this] {
        if (m_reasons->isVisible())
            m_reasons->giveUp();
        else if (selectedEpisodes().size() > 1)
            select(currentEpisode());
        else
            m_messages->clear();
    });
    add("camera", tr("Next camera, on every tile"), Qt::Key_V, [this] { nextCamera(); });
    add("search", tr("Search"), Qt::Key_Slash, [this] { m_search->setFocus(Qt::ShortcutFocusReason); });
    add("clear", tr("Clear the filter"), QKeySequence(Qt::CTRL | Qt::Key_Backspace), [this] { clearFilter(); });
    connect(&m_keys, &KeyRouter::changed, this, &ReviewPage::nameButtons, Qt::UniqueConnection);
    nameButtons();
}

void ReviewPage::translate()
{
    m_search->setPlaceholderText(tr("/  task or instruction"));
    m_search->setAccessibleName(tr("Search task and instruction"));
    const std::vector<QString> headings{tr("SEARCH"), tr("FILTER"), tr("LIBRARY")};
    for (std::size_t i = 0; i < m_headings.size(); ++i) m_headings[i]->setText(headings[i]);
    const std::vector<std::pair<QComboBox*, QString>> names{
        {m_combos[kTask], tr("Task")},       {m_combos[kRobot], tr("Robot")}, {m_combos[kPerson], tr("Operator")},
        {m_combos[kStation], tr("Station")}, {m_combos[kState], tr("State")}, {m_combos[kOutcome], tr("Outcome")}};
    for (const auto& [combo, name] : names) combo->setAccessibleName(name);
    setChoices(ReviewChoices(m_choices));
    std::vector<std::pair<QString, QString>> states{{tr("to judge"), QStringLiteral("to_judge")}};
    for (const char* state : {"recorded", "checked", "quarantined", "labelling", "labelled", "in_review", "accepted",
                              "returned", "rejected"})
        states.emplace_back(stateTitle(QLatin1String(state)), QLatin1String(state));
    refill(*m_combos[kState], tr("Any state"), states);
    refill(*m_combos[kOutcome], tr("Any outcome"),
           {{outcomeTitle(QStringLiteral("success")), QStringLiteral("success")},
            {outcomeTitle(QStringLiteral("failure")), QStringLiteral("failure")},
            {outcomeTitle(QStringLiteral("unknown")), QStringLiteral("unknown")}});
    m_table.retranslate();
    nameButtons();
    showCount();
}

void ReviewPage::setChoices(const ReviewChoices& choices)
{
    m_choices = choices;
    refill(*m_combos[kTask], tr("Any task"), plain(choices.tasks));
    refill(*m_combos[kRobot], tr("Any robot"), plain(choices.robots));
    refill(*m_combos[kPerson], tr("Any operator"), plain(choices.people));
    refill(*m_combos[kStation], tr("Any station"), plain(choices.stations));
}

void ReviewPage::nameButtons()
{
    const std::vector<std::pair<QLatin1String, QString>> titles{
        {QLatin1String("open"), tr("Open in Annotate")},
        {QLatin1String("accept"), tr("Accept")},
        {QLatin1String("return"), tr("Return to annotator …")},
        {QLatin1String("station"), tr("Return to station …")},
        {QLatin1String("reject"), tr("Reject …")},
        {QLatin1String("takeBack"), tr("Take verdict back")},
        {QLatin1String("clear"), tr("Clear filter")},
        {QLatin1String("export"), tr("Export these …")},
        {QLatin1String("check"), tr("Check every file")},
        {QLatin1String("import"), tr("Import a robot model …")}};
    const auto keyOf = [this](const QString& id) {
        for (const KeyAct& act : m_keys.acts())
            if (act.id == id) return keyText(act.key);
        return QString();
    };
    const auto several = selectedEpisodes().size();
    for (const auto& [button, act] : m_buttons) {
        for (const auto& [name, title] : titles) {
            if (name != QLatin1String(act)) continue;
            QString text = title;
            const bool isVerdict =
                button->parentWidget() == m_verdicts && button != m_open && name != QLatin1String("takeBack");
            if (several > 1 && isVerdict) text += QStringLiteral(" (%1)").arg(several);
            if (auto* withKey = qobject_cast<OperateButton*>(button)) {
                withKey->setTitle(text);
                continue;
            }
            const QString key = keyOf(QStringLiteral("review.") + QLatin1String(act));
            button->setText(key.isEmpty() ? text : QStringLiteral("%1   %2").arg(text, key));
        }
    }
    const QString camera =
        m_camera.isEmpty() ? (m_cameras.isEmpty() ? tr("first camera") : m_cameras.front()) : m_camera;
    m_cameraButton->setText(tr("View: %1   %2").arg(camera, keyOf(QStringLiteral("review.camera"))));
}

void ReviewPage::setLines(std::vector<EpisodeLine> lines)
{
    const QString kept = currentEpisode();
    const auto keptRow = m_tiles->currentIndex().row();
    m_table.setLines(std::move(lines));
    showCount();
    if (m_tiles->currentIndex().row() < 0 && m_table.rowCount() > 0) {
        const int row = m_table.rowOf(kept);
        const int wanted = row >= 0 ? row : std::clamp(keptRow, 0, m_table.rowCount() - 1);
        m_tiles->selectionModel()->setCurrentIndex(m_table.index(wanted, 0), QItemSelectionModel::ClearAndSelect);
        m_tiles->scrollTo(m_table.index(wanted, 0));
    }
    showSelection();
    if (m_table.rowCount() == 0) emit complete();
}

void ReviewPage::showCount()
{
    const int shown = m_table.rowCount();
    if (m_total && *m_total > shown)
        m_count->setText(tr("%1 of %2 episodes").arg(shown).arg(*m_total));
    else
        m_count->setText(tr("%n episode(s)", nullptr, shown));
}

void ReviewPage::setTotal(std::optional<std::int64_t> total)
{
    m_total = total;
    showCount();
}

void ReviewPage::showSelection()
{
    const auto several = selectedEpisodes().size();
    const bool any = m_table.rowCount() > 0;
    for (const auto& [button, act] : m_buttons)
        if (button->parentWidget() == m_verdicts && QLatin1String(act) != QLatin1String("takeBack"))
            button->setEnabled(any && (several > 0 || button == m_open));
    const EpisodeLine* line = m_table.line(m_tiles->currentIndex().row());
    m_title->setText(several > 1 ? tr("%n episode(s) selected", nullptr, static_cast<int>(several))
                     : line      ? line->task
                                 : QString());
    if (!any) {
        m_details->setText(tr("No episode fits. Record one on the Operate page, or clear the filter."));
        m_preview->setPlaceholder({});
        m_previewed.clear();
        m_play.stop();
    }
    nameButtons();
}

void ReviewPage::setDetails(const QString& episode, const QString& html)
{
    if (episode == currentEpisode()) m_details->setText(html);
}

void ReviewPage::setPreview(const QString& episode, const QStringList& cameras, qint64 duration, const QString& problem)
{
    if (episode != currentEpisode()) return;
    m_previewed = episode;
    m_cameras = cameras;
    m_duration = duration;
    nameButtons();
    if (cameras.isEmpty()) {
        m_play.stop();
        m_preview->setNote({});
        m_preview->setPlaceholder(!problem.isEmpty() ? problem : tr("This episode has no camera."));
        emit complete();
        return;
    }
    m_playClock.start();
    if (isVisible()) m_play.start();
    playPreview();
}

void ReviewPage::playPreview()
{
    if (m_previewed.isEmpty() || m_cameras.isEmpty() || m_duration <= 0) return;
    const QString camera = m_cameras.contains(m_camera) ? m_camera : m_cameras.front();
    emit previewImageWanted(camera, m_playClock.nsecsElapsed() % m_duration);
}

void ReviewPage::setPreviewImage(const QString& episode, qint64 time, const QImage& image)
{
    if (episode != currentEpisode() || m_cameras.isEmpty()) return;
    const QString camera = m_cameras.contains(m_camera) ? m_camera : m_cameras.front();
    m_preview->setName(camera);
    m_preview->setNote(tr("%1 / %2 s").arg(toSeconds(time), 0, 'f', 1).arg(toSeconds(m_duration), 0, 'f', 1));
    if (image.isNull())
        m_preview->setPlaceholder(tr("This image cannot be read."));
    else
        m_preview->setImage(image);
    emit complete();
}

void ReviewPage::nextCamera()
{
    if (m_cameras.isEmpty()) return;
    const auto here = m_cameras.indexOf(m_camera.isEmpty() ? m_cameras.front() : m_camera);
    m_camera = m_cameras[(here + 1) % m_cameras.size()];
    nameButtons();
    playPreview();
    emit cameraChanged();
}

QString ReviewPage::currentEpisode() const
{
    const EpisodeLine* line = m_table.line(m_tiles->currentIndex().row());
    return line ? line->id : QString();
}

QStringList ReviewPage::selectedEpisodes() const
{
    QModelIndexList rows = m_tiles->selectionModel()->selectedIndexes();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QStringList ids;
    for (const QModelIndex& row : rows) {
        if (row.column() != m_tiles->modelColumn()) continue;  // «select all» takes every column of a row
        if (const EpisodeLine* line = m_table.line(row.row())) ids << line->id;
    }
    return ids;
}

void ReviewPage::select(const QString& episode)
{
    const int row = m_table.rowOf(episode);
    if (row < 0) return;
    m_tiles->selectionModel()->setCurrentIndex(m_table.index(row, 0), QItemSelectionModel::ClearAndSelect);
    m_tiles->scrollTo(m_table.index(row, 0));
}

void ReviewPage::goOn(const QStringList& judged)
{
    int last = -1;
    for (const QString& episode : judged) last = std::max(last, m_table.rowOf(episode));
    if (last >= 0 && last + 1 < m_table.rowCount()) select(m_table.line(last + 1)->id);
}

void ReviewPage::readFilter()
{
    m_typing.stop();
    const auto chosen = [this](Part part) { return m_combos[part]->currentData().toString(); };
    const ReviewFilter wanted{.text = m_search->text().trimmed(),
                              .task = chosen(kTask),
                              .robot = chosen(kRobot),
                              .person = chosen(kPerson),
                              .station = chosen(kStation),
                              .state = chosen(kState),
                              .outcome = chosen(kOutcome)};
    if (wanted == m_filter) return;
    m_filter = wanted;
    emit filterChanged();
}

void ReviewPage::clearFilter()
{
    const QSignalBlocker quiet(m_search);
    m_search->clear();
    for (QComboBox* combo : m_combos) {
        const QSignalBlocker still(combo);
        combo->setCurrentIndex(0);
    }
    m_tiles->setFocus();
    readFilter();
}

void ReviewPage::askReason(Verdict verdict, ReturnTo returnTo)
{
    const auto count = static_cast<int>(selectedEpisodes().size());
    if (count == 0) return;
    std::vector<QString> reasons;
    QString question;
    if (verdict == Verdict::Rejected) {
        question = tr("Why is it unusable? (%n episode(s))", nullptr, count);
        reasons = {tr("A camera froze or is dark"), tr("The robot did not follow"), tr("A person is in the picture"),
                   tr("Data is damaged")};
    } else if (returnTo == ReturnTo::Annotator) {
        question = tr("What shall the annotator change? (%n episode(s))", nullptr, count);
        reasons = {tr("An edge is late or early"), tr("A wrong label"), tr("A segment is missing")};
    } else {
        question = tr("What shall the station do again? (%n episode(s))", nullptr, count);
        reasons = {tr("Do this task again"), tr("Table not as on the card"), tr("Wrong task")};
    }
    m_verdicts->hide();
    m_reasons->ask(question, reasons,
                   [this, verdict, returnTo](const QString& reason) { decide(verdict, returnTo, reason); });
}

void ReviewPage::decide(Verdict verdict, ReturnTo returnTo, const QString& reason)
{
    const QStringList episodes = selectedEpisodes();
    if (!episodes.isEmpty())
        emit verdictWanted({.episodes = episodes, .verdict = verdict, .returnTo = returnTo, .reason = reason});
}

void ReviewPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        QMetaObject::invokeMethod(this, &ReviewPage::addKeys, Qt::QueuedConnection);
        translate();
    }
    if (event->type() == QEvent::PaletteChange) m_table.retranslate();
    QWidget::changeEvent(event);
}

void ReviewPage::showEvent(QShowEvent* event)
{
    if (!m_previewed.isEmpty()) m_play.start();
    QWidget::showEvent(event);
}

void ReviewPage::hideEvent(QHideEvent* event)
{
    m_play.stop();
    QWidget::hideEvent(event);
}

}  // namespace understudy
