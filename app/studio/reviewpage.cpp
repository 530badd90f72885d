#include "app/studio/reviewpage.h"

#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("review");
constexpr int kTypingMs = 120;

const std::vector<QString>& states()
{
    static const std::vector<QString> kStates{"recorded",  "checked",  "quarantined", "labelling", "labelled",
                                              "in_review", "accepted", "returned",    "rejected"};
    return kStates;
}

void refill(QComboBox& box, const QString& any, const std::vector<QString>& stored, QString (*title)(const QString&))
{
    const QString kept = box.currentData().toString();
    const QSignalBlocker quiet(&box);
    box.clear();
    box.addItem(any, QString());
    for (const QString& word : stored) box.addItem(title(word), word);
    box.setCurrentIndex(std::max(0, box.findData(kept)));
}

}  // namespace

ReviewPage::ReviewPage(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_keys(keys), m_table(this)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* columns = new QSplitter(Qt::Horizontal, this);
    columns->setHandleWidth(2);

    auto* list = new QWidget(this);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(16, 12, 12, 12);
    column->setSpacing(8);
    column->addWidget(makeFilters());
    m_view = new QTableView(list);
    m_view->setModel(&m_table);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAttribute(Qt::WA_InputMethodEnabled, false);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(32);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_view->horizontalHeader()->setSectionResizeMode(EpisodeTable::Task, QHeaderView::Stretch);
    m_view->setColumnWidth(EpisodeTable::Started, 130);
    m_view->setColumnWidth(EpisodeTable::Robot, 170);
    column->addWidget(m_view, 1);
    auto* foot = new QHBoxLayout;
    m_count = new QLabel(list);
    m_count->setProperty("role", "muted");
    m_more = new QPushButton(list);
    m_more->setFocusPolicy(Qt::NoFocus);
    m_more->hide();
    connect(m_more, &QPushButton::clicked, this, &ReviewPage::moreWanted);
    foot->addWidget(m_count);
    foot->addStretch();
    foot->addWidget(m_more);
    column->addLayout(foot);

    columns->addWidget(list);
    columns->addWidget(makeSide());
    columns->setStretchFactor(0, 1);
    columns->setSizes({900, 420});
    layout->addWidget(columns, 1);
    m_messages = new MessageBar(this);
    layout->addWidget(m_messages);

    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { emit episodeSelected(currentEpisode()); });
    connect(m_view, &QTableView::doubleClicked, this, [this] { emit openWanted(currentEpisode()); });
    m_typing.setSingleShot(true);
    m_typing.setInterval(kTypingMs);
    connect(&m_typing, &QTimer::timeout, this, &ReviewPage::readFilter);
    addKeys(keys);
    translate();
}

QWidget* ReviewPage::makeFilters()
{
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    m_search = new QLineEdit(box);
    m_search->setClearButtonEnabled(true);
    m_search->setObjectName(QStringLiteral("review.search"));
    m_state = new QComboBox(box);
    m_outcome = new QComboBox(box);
    for (QComboBox* combo : {m_state, m_outcome}) {
        combo->setMinimumWidth(140);
        connect(combo, &QComboBox::currentIndexChanged, this, &ReviewPage::readFilter);
    }
    connect(m_search, &QLineEdit::textChanged, this, [this] { m_typing.start(); });
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        readFilter();
        m_view->setFocus();
    });
    row->addWidget(m_search, 1);
    row->addWidget(m_state);
    row->addWidget(m_outcome);
    return box;
}

QWidget* ReviewPage::makeSide()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(300);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 16, 12, 12);
    column->setSpacing(8);
    m_pictures = new QVBoxLayout;
    m_pictures->setSpacing(8);
    column->addLayout(m_pictures);
    m_details = new QLabel(panel);
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_details);
    column->addStretch();
    const auto button = [&](const char* role, const char* act, const std::function<void()>& run) {
        auto* made = new QPushButton(panel);
        if (*role != '\0') made->setProperty("role", role);
        made->setProperty("act", QStringLiteral("review.") + QLatin1String(act));
        made->setObjectName(QStringLiteral("review.") + QLatin1String(act));
        made->setFocusPolicy(Qt::NoFocus);
        connect(made, &QPushButton::clicked, this, run);
        column->addWidget(made);
        return made;
    };
    m_open = button("", "open", [this] { emit openWanted(currentEpisode()); });
    m_accept = button("good", "accept", [this] { decide(Verdict::Accepted, ReturnTo::Nobody, {}); });
    m_return = button("caution", "return", [this] {
        askReason(Verdict::Returned, ReturnTo::Annotator,
                  {tr("An edge is late or early"), tr("A wrong label"), tr("A segment is missing"), tr("See the note")},
                  m_return);
    });
    m_redo = button("caution", "station", [this] {
        askReason(Verdict::Returned, ReturnTo::Station,
                  {tr("Do this task again"), tr("Table not as on the card"), tr("Wrong task")}, m_redo);
    });
    m_reject = button("bad", "reject", [this] {
        askReason(Verdict::Rejected, ReturnTo::Nobody,
                  {tr("A camera froze or is dark"), tr("The robot did not follow"), tr("A person is in the picture"),
                   tr("Data is damaged")},
                  m_reject);
    });
    m_takeBack = button("flat", "takeBack", [this] { emit takeBackWanted(); });
    return panel;
}

void ReviewPage::addKeys(KeyRouter& keys)
{
    const auto click = [](QPushButton* button) {
        return [button] {
            if (button->isEnabled()) button->click();
        };
    };
    keys.add({.id = "review.down",
              .page = kPage,
              .title = tr("Next episode"),
              .key = Qt::Key_Down,
              .run = [this] { move(1); },
              .repeats = true});
    keys.add({.id = "review.up",
              .page = kPage,
              .title = tr("Previous episode"),
              .key = Qt::Key_Up,
              .run = [this] { move(-1); },
              .repeats = true});
    keys.add({.id = "review.open",
              .page = kPage,
              .title = tr("Open in Annotate"),
              .key = Qt::Key_Return,
              .run = click(m_open)});
    keys.add({.id = "review.accept", .page = kPage, .title = tr("Accept"), .key = Qt::Key_A, .run = click(m_accept)});
    keys.add({.id = "review.return",
              .page = kPage,
              .title = tr("Return to the annotator …"),
              .key = Qt::Key_T,
              .run = click(m_return)});
    keys.add({.id = "review.station",
              .page = kPage,
              .title = tr("Return to the station …"),
              .key = Qt::Key_S,
              .run = click(m_redo)});
    keys.add({.id = "review.reject", .page = kPage, .title = tr("Reject …"), .key = Qt::Key_X, .run = click(m_reject)});
    keys.add({.id = "review.takeBack",
              .page = kPage,
              .title = tr("Take the last verdict back"),
              .key = QKeySequence(Qt::CTRL | Qt::Key_Z),
              .run = click(m_takeBack)});
    keys.add({.id = "review.search", .page = kPage, .title = tr("Search"), .key = Qt::Key_Slash, .run = [this] {
                  m_search->setFocus();
              }});
    connect(&keys, &KeyRouter::changed, this, &ReviewPage::nameButtons);
}

void ReviewPage::translate()
{
    m_search->setPlaceholderText(tr("Search task and instruction, in any language"));
    refill(*m_state, tr("Any state"), states(), stateTitle);
    refill(*m_outcome, tr("Any outcome"), {QStringLiteral("success"), QStringLiteral("failure")}, outcomeTitle);
    m_table.retranslate();
    m_more->setText(tr("Show more"));
    nameButtons();
    emit filterChanged();
}

void ReviewPage::nameButtons()
{
    const std::vector<std::pair<QPushButton*, QString>> titles{
        {m_open, tr("Open in Annotate")},    {m_accept, tr("Accept")},   {m_return, tr("Return to annotator …")},
        {m_redo, tr("Return to station …")}, {m_reject, tr("Reject …")}, {m_takeBack, tr("Take verdict back")}};
    for (const auto& [button, title] : titles) {
        QString text = title;
        for (const KeyAct& act : m_keys.acts())
            if (act.id == button->property("act").toString() && !act.key.isEmpty())
                text += QStringLiteral("   ") + act.key.toString(QKeySequence::NativeText);
        button->setText(text);
    }
}

void ReviewPage::setLines(std::vector<EpisodeLine> lines)
{
    const QString kept = currentEpisode();
    m_table.setLines(std::move(lines));
    m_count->setText(m_hasMore ? tr("%n episode(s) shown, there are more", nullptr, m_table.rowCount())
                               : tr("%n episode(s)", nullptr, m_table.rowCount()));
    select(kept);
    if (m_view->currentIndex().row() < 0 && m_table.rowCount() > 0) m_view->selectRow(0);
    const bool any = m_table.rowCount() > 0;
    for (QPushButton* button : {m_open, m_accept, m_return, m_redo, m_reject}) button->setEnabled(any);
    if (!any) m_details->setText(tr("No episode fits. Record one on the Operate page, or widen the filter."));
}

void ReviewPage::setMore(bool more)
{
    m_hasMore = more;
    m_more->setVisible(more);
}

void ReviewPage::setPictures(const QString& episode, const std::vector<std::pair<QString, QImage>>& pictures)
{
    if (episode != currentEpisode()) return;
    for (ImageView* view : m_imageViews) view->deleteLater();
    m_imageViews.clear();
    for (const auto& [name, image] : pictures) {
        auto* view = new ImageView(name, this);
        if (image.isNull())
            view->setPlaceholder(tr("no picture"));
        else
            view->setImage(image);
        m_pictures->addWidget(view);
        m_imageViews.push_back(view);
        if (m_imageViews.size() == 2) break;
    }
}

void ReviewPage::setDetails(const QString& episode, const QString& html)
{
    if (episode == currentEpisode()) m_details->setText(html);
}

QString ReviewPage::currentEpisode() const
{
    const EpisodeLine* line = m_table.line(m_view->currentIndex().row());
    return line ? line->id : QString();
}

void ReviewPage::select(const QString& episode)
{
    const int row = m_table.rowOf(episode);
    if (row >= 0) m_view->selectRow(row);
}

void ReviewPage::move(int rows)
{
    const int wanted = std::clamp(m_view->currentIndex().row() + rows, 0, std::max(0, m_table.rowCount() - 1));
    m_view->selectRow(wanted);
}

void ReviewPage::readFilter()
{
    const ReviewFilter wanted{.text = m_search->text().trimmed(),
                              .state = m_state->currentData().toString(),
                              .outcome = m_outcome->currentData().toString()};
    m_typing.stop();
    m_filter = wanted;
    emit filterChanged();
}

void ReviewPage::askReason(Verdict verdict, ReturnTo returnTo, const std::vector<QString>& reasons, QPushButton* from)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    int number = 1;
    for (const QString& reason : reasons) {
        QAction* action = menu->addAction(QStringLiteral("&%1  %2").arg(number++).arg(reason));
        connect(action, &QAction::triggered, this,
                [this, verdict, returnTo, reason] { decide(verdict, returnTo, reason); });
    }
    menu->popup(from->mapToGlobal(QPoint(0, -menu->sizeHint().height() - 4)));
}

void ReviewPage::decide(Verdict verdict, ReturnTo returnTo, const QString& reason)
{
    const QString episode = currentEpisode();
    if (!episode.isEmpty()) emit verdictWanted(episode, verdict, returnTo, reason);
}

void ReviewPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::PaletteChange) m_table.retranslate();
    QWidget::changeEvent(event);
}

}  // namespace understudy
