#include "app/studio/reviewcontroller.h"

#include <algorithm>
#include <set>

#include <QFileDialog>

#include "app/studio/episodetiles.h"
#include "app/studio/libraryjobs.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kPageSize = 100;

EpisodeLine toLine(const EpisodeRow& row)
{
    const auto text = [](const auto& value) {
        return QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
    };
    return {.id = text(row.id),
            .task = text(row.task),
            .state = text(nameOf(row.state)),
            .outcome = text(nameOf(row.outcome)),
            .robot = text(row.robot),
            .person = text(row.operatorName),
            .station = text(row.station),
            .simulated = row.sim,
            .startedUnixNs = row.startedAtNs,
            .seconds = static_cast<double>(row.durationNs) * 1e-9,
            .recovered = row.recovered,
            .folder = text(row.path),
            .note = text(row.cause)};
}

QString describe(const EpisodeRow& row, const std::vector<Review>& reviews, const std::vector<Segment>& segments)
{
    const Theme& theme = Theme::current();
    const auto text = [](const std::string& value) { return QString::fromStdString(value).toHtmlEscaped(); };
    const auto line = [&](const QString& name, const QString& value, const QColor& colour) {
        return QStringLiteral("<tr><td style='color:%1; padding:2px 16px 2px 0'>%2</td><td style='color:%3; "
                              "padding:2px 0'>%4</td></tr>")
            .arg(theme.faint.name(), name, colour.name(), value);
    };
    QString html;
    for (const std::string& instruction : {row.instructionEn, row.instructionZh})
        if (!instruction.empty() && instruction != row.task)
            html += QStringLiteral("<div style='color:%1'>%2</div>").arg(theme.muted.name(), text(instruction));
    html += QStringLiteral("<table style='margin-top:6px'>");
    QString outcome = outcomeTitle(QString::fromUtf8(nameOf(row.outcome).data()));
    if (!row.cause.empty()) outcome += QStringLiteral(": ") + text(row.cause);
    html +=
        line(ReviewController::tr("Outcome"), outcome, row.outcome == Outcome::Failure ? theme.caution : theme.text);
    html += line(ReviewController::tr("State"), stateTitle(QString::fromUtf8(nameOf(row.state).data())), theme.text);
    html += line(ReviewController::tr("Robot"),
                 text(row.robot) +
                     (row.sim ? QStringLiteral(" · SIM") : QStringLiteral(" · REAL ") + text(row.robotSerial)),
                 theme.text);
    if (!row.station.empty()) html += line(ReviewController::tr("Station"), text(row.station), theme.text);
    const QString skills = segments.empty()
                               ? ReviewController::tr("none yet")
                               : ReviewController::tr("%n segment(s)", nullptr, static_cast<int>(segments.size()));
    html += line(ReviewController::tr("Labels"), skills, segments.empty() ? theme.caution : theme.text);
    html += line(ReviewController::tr("Loop"),
                 ReviewController::tr("%1 steps, %2 missed").arg(row.steps).arg(row.missedTicks), theme.text);
    std::int64_t lost = 0;
    for (const StreamRow& stream : row.streams) {
        if (stream.kind == "camera")
            html += line(text(stream.name),
                         ReviewController::tr("%1 images, %2 Hz").arg(stream.count).arg(stream.rateHz, 0, 'f', 1),
                         theme.text);
        lost += stream.dropped;
    }
    html += line(ReviewController::tr("Lost"),
                 lost == 0 ? ReviewController::tr("nothing") : ReviewController::tr("%1 samples").arg(lost),
                 lost == 0 ? theme.good : theme.bad);
    html += QStringLiteral("</table>");
    for (const StreamRow& stream : row.streams)
        if (stream.dropped > 0)
            html += QStringLiteral("<div style='color:%1'>▲ %2</div>")
                        .arg(theme.bad.name(),
                             ReviewController::tr("%1 lost %2 samples").arg(text(stream.name)).arg(stream.dropped));
    if (row.recovered)
        html += QStringLiteral("<div style='color:%1'>▲ %2</div>")
                    .arg(theme.caution.name(), ReviewController::tr("Recovered after a crash: say its outcome."));
    for (const Review& review : reviews) {
        if (review.takenBackAtNs != 0) continue;
        html += QStringLiteral("<div style='margin-top:8px'><b>%1</b>")
                    .arg(stateTitle(QString::fromUtf8(nameOf(review.verdict).data())));
        if (!review.reason.empty()) html += QStringLiteral(": ") + text(review.reason);
        html += QStringLiteral("</div>");
    }
    return html;
}

}  // namespace

ReviewController::ReviewController(LibraryService& library, ReviewPage& page)
    : QObject(&page), m_library(library), m_page(page), m_preview(library.path()), m_work(page.messages())
{
    connect(&page, &ReviewPage::filterChanged, this, &ReviewController::refresh);
    connect(&page.table(), &EpisodeTable::moreWanted, this, [this] { ask(true); });
    connect(&page, &ReviewPage::episodeSelected, this, &ReviewController::showEpisode);
    connect(&page, &ReviewPage::openWanted, this, [this](const QString& episode) {
        if (!episode.isEmpty()) emit openWanted(episode);
    });
    connect(&page, &ReviewPage::verdictWanted, this, &ReviewController::judge);
    connect(&page, &ReviewPage::takeBackWanted, this, &ReviewController::takeBack);
    connect(&page.tiles(), &EpisodeTiles::visibleChanged, this, &ReviewController::wantThumbnails);
    connect(&page, &ReviewPage::cameraChanged, this, [this] {
        m_page.table().clearThumbnails();
        wantThumbnails();
    });
    connect(&page, &ReviewPage::previewImageWanted, &m_preview, &PreviewService::wantImage);
    connect(&m_preview, &PreviewService::opened, &page, &ReviewPage::setPreview);
    connect(&m_preview, &PreviewService::image, &page, &ReviewPage::setPreviewImage);
    connect(&m_preview, &PreviewService::thumbnail, this,
            [this](const QString& episode, const QString& camera, const QImage& image) {
                if (camera == m_page.camera()) m_page.table().setThumbnail(episode, image);
            });
    connect(&page, &ReviewPage::exportWanted, this, [this] {
        auto* dialog = new QFileDialog(&m_page, tr("A new folder for the dataset"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setFileMode(QFileDialog::AnyFile);
        connect(dialog, &QFileDialog::fileSelected, this,
                [this](const QString& file) { exportTo(file.toStdString()); });
        dialog->open();
    });
    connect(&page, &ReviewPage::checkWanted, this, &ReviewController::checkAll);
    connect(&page, &ReviewPage::importWanted, this, [this] {
        auto* dialog = new QFileDialog(&m_page, tr("A robot description"), QString(),
                                       tr("Robot descriptions (*.xml *.urdf *.mjcf)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this,
                [this](const QString& file) { importFrom(file.toStdString()); });
        dialog->open();
    });
}

void ReviewController::exportTo(const std::filesystem::path& folder)
{
    m_work.start(tr("Exporting …"),
                 [library = m_library.path(), wanted = filter(), folder](const WorkProgress& progress) {
                     return exportEpisodes(library, wanted, folder, progress);
                 });
}

void ReviewController::checkAll()
{
    m_work.start(
        tr("Checking …"),
        [library = m_library.path()](const WorkProgress& progress) { return checkEpisodes(library, progress); },
        [this] { refresh(); });
}

void ReviewController::importFrom(const std::filesystem::path& description)
{
    m_work.start(tr("Importing …"), [library = m_library.path(), description](const WorkProgress& progress) {
        return importModel(library, description, progress);
    });
}

EpisodeFilter ReviewController::filter() const
{
    const ReviewFilter& shown = m_page.filter();
    EpisodeFilter filter{.practice = m_practice};
    filter.text = shown.text.toStdString();
    const auto put = [](std::vector<std::string>& names, const QString& name) {
        if (!name.isEmpty()) names.push_back(name.toStdString());
    };
    put(filter.tasks, shown.task);
    put(filter.robots, shown.robot);
    put(filter.operators, shown.person);
    put(filter.stations, shown.station);
    using enum EpisodeState;
    if (shown.state == QStringLiteral("to_judge"))
        filter.states = {Checked, Labelled, InReview};
    else if (const auto state = episodeStateFrom(shown.state.toStdString()))
        filter.states = {*state};
    if (const auto outcome = outcomeFrom(shown.outcome.toStdString())) filter.outcomes = {*outcome};
    return filter;
}

void ReviewController::sayWhy(const QString& problem)
{
    m_page.messages().say(MessageBar::Kind::Bad, problem, tr("Try again"), [this] { refresh(); });
}

void ReviewController::refresh()
{
    ask(false);
    askChoices();
}

void ReviewController::ask(bool more)
{
    if (more && !m_next) return;
    const std::optional<std::int64_t> after = more ? m_next : std::nullopt;
    m_library.ask(
        this,
        [wanted = filter(), after](const LibraryAccess& access) {
            return access.reader.list(wanted, kPageSize, after);
        },
        [this, more, request = ++m_request](Result<EpisodePage> answer) {
            if (request != m_request) return;
            if (!answer) {
                m_goOnAfter.clear();
                sayWhy(QString::fromStdString(answer.error().message));
                return;
            }
            if (!more) m_lines.clear();
            for (const EpisodeRow& row : answer->episodes) m_lines.push_back(toLine(row));
            m_next = answer->next;
            m_page.table().setMore(m_next.has_value());
            const QStringList judged = std::exchange(m_goOnAfter, {});
            m_page.setLines(m_lines);
            m_page.goOn(judged);
            wantThumbnails();
            if (!more) countAll();
        });
}

void ReviewController::countAll()
{
    m_page.setTotal(std::nullopt);
    if (!m_next) return;
    m_library.ask(
        this, [wanted = filter()](const LibraryAccess& access) { return access.reader.count(wanted); },
        [this, request = m_request](const Result<std::int64_t>& total) {
            if (total && request == m_request) m_page.setTotal(*total);
        });
}

void ReviewController::askChoices()
{
    m_library.ask(
        this,
        [](const LibraryAccess& access) -> Result<std::pair<std::vector<Task>, std::vector<Person>>> {
            Result<std::vector<Task>> tasks = access.reader.tasks();
            if (!tasks) return tl::unexpected(tasks.error());
            Result<std::vector<Person>> people = access.reader.people();
            if (!people) return tl::unexpected(people.error());
            return std::pair(std::move(*tasks), std::move(*people));
        },
        [this](const auto& known) {
            if (!known) return;
            ReviewChoices choices{.robots = m_choices.robots, .stations = m_choices.stations};
            for (const Task& task : known->first) choices.tasks << QString::fromStdString(task.name);
            for (const Person& person : known->second) choices.people << QString::fromStdString(person.name);
            for (const EpisodeLine& line : m_lines) {
                if (!line.robot.isEmpty() && !choices.robots.contains(line.robot)) choices.robots << line.robot;
                if (!line.station.isEmpty() && !choices.stations.contains(line.station))
                    choices.stations << line.station;
            }
            for (QStringList* names : {&choices.tasks, &choices.robots, &choices.people, &choices.stations})
                names->sort();
            if (choices == m_choices) return;
            m_choices = choices;
            m_page.setChoices(m_choices);
        });
}

void ReviewController::wantThumbnails()
{
    const auto [first, last] = m_page.tiles().visibleRows();
    std::vector<PreviewService::Wish> wishes;
    for (int row = std::max(0, first); row <= last; ++row) {
        const EpisodeLine* line = m_page.table().line(row);
        if (line != nullptr && !m_page.table().thumbnail(line->id))
            wishes.push_back({.episode = line->id, .folder = line->folder.toStdString()});
    }
    m_preview.wantThumbnails(std::move(wishes), m_page.camera());
}

void ReviewController::showEpisode(const QString& episode)
{
    if (episode.isEmpty()) return;
    struct Shown {
        EpisodeRow row;
        std::vector<Review> reviews;
        std::vector<Segment> segments;
    };
    m_library.ask(
        this,
        [id = episode.toStdString()](const LibraryAccess& access) -> Result<Shown> {
            Result<EpisodeRow> row = access.reader.show(id);
            if (!row) return tl::unexpected(row.error());
            Result<std::vector<Review>> reviews = access.reader.reviews(id);
            if (!reviews) return tl::unexpected(reviews.error());
            Result<std::vector<Segment>> segments = access.reader.segments(id);
            if (!segments) return tl::unexpected(segments.error());
            return Shown{.row = std::move(*row), .reviews = std::move(*reviews), .segments = std::move(*segments)};
        },
        [this, episode](const Result<Shown>& answer) {
            if (episode != m_page.currentEpisode()) return;
            m_page.setDetails(episode, answer ? describe(answer->row, answer->reviews, answer->segments)
                                              : QString::fromStdString(answer.error().message));
            if (answer) m_preview.open({.episode = episode, .folder = answer->row.path});
        });
}

void ReviewController::judge(const ReviewVerdict& verdict)
{
    struct Judged {
        std::vector<QString> done;
        QString problem;  ///< of the first that was refused
        int refused = 0;
    };
    ++m_asked;
    m_library.ask(
        this,
        [verdict](const LibraryAccess& access) -> Result<Judged> {
            Judged judged;
            for (const QString& episode : verdict.episodes) {
                const Result<void> stored = access.writer.judge({}, episode.toStdString(), verdict.verdict,
                                                                verdict.reason.toStdString(), verdict.returnTo);
                if (stored) {
                    judged.done.push_back(episode);
                } else {
                    if (judged.refused++ == 0) judged.problem = QString::fromStdString(stored.error().message);
                }
            }
            return judged;
        },
        [this, verdict](const Result<Judged>& answer) {
            --m_asked;
            if (!answer) return sayWhy(QString::fromStdString(answer.error().message));
            const QString title = stateTitle(QString::fromUtf8(nameOf(verdict.verdict).data()));
            const int done = static_cast<int>(answer->done.size());
            QString words = done > 0 ? tr("%n episode(s) %1.", nullptr, done).arg(title) : QString();
            if (answer->refused > 0)
                words += (words.isEmpty() ? QString() : QStringLiteral(" ")) +
                         tr("%n episode(s) refused: %1", nullptr, answer->refused).arg(answer->problem);
            const MessageBar::Kind kind = answer->refused > 0 ? MessageBar::Kind::Caution : MessageBar::Kind::Good;
            if (done == 0) return m_page.messages().say(kind, words);
            m_judged.push_back(answer->done);
            for (const QString& episode : answer->done) emit judged(episode);
            m_page.messages().say(kind, words, tr("Take back  Ctrl+Z"), [this] { takeBack(); });
            m_goOnAfter = verdict.episodes;
            ask(false);
            while (m_asked == 0 && m_takeBacks > 0) {
                --m_takeBacks;
                takeBack();
            }
        });
}

void ReviewController::takeBack()
{
    if (m_asked > 0) {  // the verdict meant is not stored yet
        ++m_takeBacks;
        return;
    }
    if (m_judged.empty()) {
        m_page.messages().say(MessageBar::Kind::Info, tr("There is no verdict of this session to take back."));
        return;
    }
    const std::vector<QString> episodes = m_judged.back();
    m_judged.pop_back();
    m_library.ask(
        this,
        [episodes](const LibraryAccess& access) -> Result<void> {
            Result<void> all;
            for (const QString& episode : episodes)
                if (Result<void> taken = access.writer.takeBack({}, episode.toStdString()); !taken && all)
                    all = std::move(taken);
            return all;
        },
        [this, episodes](const Result<void>& answer) {
            if (answer)
                m_page.messages().say(MessageBar::Kind::Good, tr("The verdict on %n episode(s) is taken back.", nullptr,
                                                                 static_cast<int>(episodes.size())));
            else
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(answer.error().message));
            m_page.select(episodes.front());
            ask(false);
            showEpisode(m_page.currentEpisode());
        });
}

}  // namespace understudy
