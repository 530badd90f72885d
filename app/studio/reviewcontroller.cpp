#include "app/studio/reviewcontroller.h"

#include <algorithm>

#include "app/studio/episodeservice.h"
#include "widgets/messagebar.h"

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
            .note = text(row.cause)};
}

QString describe(const EpisodeRow& row, const std::vector<Review>& reviews)
{
    const auto text = [](const std::string& value) { return QString::fromStdString(value).toHtmlEscaped(); };
    QString html = QStringLiteral("<b>%1</b>").arg(text(row.task));
    for (const std::string& instruction : {row.instructionEn, row.instructionZh})
        if (!instruction.empty()) html += QStringLiteral("<br>") + text(instruction);
    html += QStringLiteral("<br><br>") + ReviewController::tr("%1 s, %2 steps, %3 missed")
                                             .arg(static_cast<double>(row.durationNs) * 1e-9, 0, 'f', 1)
                                             .arg(row.steps)
                                             .arg(row.missedTicks);
    for (const StreamRow& stream : row.streams)
        if (stream.dropped > 0)
            html += QStringLiteral("<br>") +
                    ReviewController::tr("%1 lost %2 samples").arg(text(stream.name)).arg(stream.dropped);
    if (row.recovered)
        html += QStringLiteral("<br>") + ReviewController::tr("Recovered after a crash: say its outcome.");
    for (const Review& review : reviews) {
        if (review.takenBackAtNs != 0) continue;
        html += QStringLiteral("<br><br>") + stateTitle(QString::fromUtf8(nameOf(review.verdict).data()));
        if (!review.reason.empty()) html += QStringLiteral(": ") + text(review.reason);
    }
    return html;
}

}  // namespace

ReviewController::ReviewController(LibraryService& library, EpisodeService& episodes, ReviewPage& page)
    : QObject(&page), m_library(library), m_episodes(episodes), m_page(page)
{
    connect(&page, &ReviewPage::filterChanged, this, &ReviewController::refresh);
    connect(&page, &ReviewPage::moreWanted, this, [this] { ask(true); });
    connect(&page, &ReviewPage::episodeSelected, this, &ReviewController::showEpisode);
    connect(&page, &ReviewPage::openWanted, this, [this](const QString& episode) {
        if (!episode.isEmpty()) emit openWanted(episode);
    });
    connect(&page, &ReviewPage::verdictWanted, this, &ReviewController::judge);
    connect(&page, &ReviewPage::takeBackWanted, this, &ReviewController::takeBack);
}

void ReviewController::refresh() { ask(false); }

void ReviewController::ask(bool more)
{
    EpisodeFilter filter;
    filter.practice = m_practice;
    filter.text = m_page.filter().text.toStdString();
    if (const auto state = episodeStateFrom(m_page.filter().state.toStdString())) filter.states = {*state};
    if (const auto outcome = outcomeFrom(m_page.filter().outcome.toStdString())) filter.outcomes = {*outcome};
    const std::optional<std::int64_t> after = more ? m_next : std::nullopt;
    m_library.ask(
        this, [filter, after](const LibraryAccess& access) { return access.reader.list(filter, kPageSize, after); },
        [this, more, request = ++m_request](Result<EpisodePage> answer) {
            if (request != m_request) return;
            if (!answer) {
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(answer.error().message),
                                      tr("Try again"), [this] { refresh(); });
                return;
            }
            if (!more) m_lines.clear();
            for (const EpisodeRow& row : answer->episodes) m_lines.push_back(toLine(row));
            m_next = answer->next;
            m_page.setMore(m_next.has_value());
            m_page.setLines(m_lines);
        });
}

void ReviewController::showEpisode(const QString& episode)
{
    if (episode.isEmpty()) return;
    m_library.ask(
        this,
        [id =
             episode.toStdString()](const LibraryAccess& access) -> Result<std::pair<EpisodeRow, std::vector<Review>>> {
            Result<EpisodeRow> row = access.reader.show(id);
            if (!row) return tl::unexpected(row.error());
            Result<std::vector<Review>> reviews = access.reader.reviews(id);
            if (!reviews) return tl::unexpected(reviews.error());
            return std::pair(std::move(*row), std::move(*reviews));
        },
        [this, episode](Result<std::pair<EpisodeRow, std::vector<Review>>> answer) {
            m_page.setDetails(episode, answer ? describe(answer->first, answer->second)
                                              : QString::fromStdString(answer.error().message));
            if (!answer) return;
            m_episodes.pictures(this, m_library.path() / answer->first.path,
                                [this, episode](const std::vector<std::pair<QString, QImage>>& pictures) {
                                    m_page.setPictures(episode, pictures);
                                });
        });
}

void ReviewController::judge(const QString& episode, Verdict verdict, ReturnTo returnTo, const QString& reason)
{
    m_library.ask(
        this,
        [id = episode.toStdString(), verdict, returnTo, why = reason.toStdString()](const LibraryAccess& access) {
            return access.writer.judge({}, id, verdict, why, returnTo);
        },
        [this, episode, verdict](const Result<void>& answer) {
            if (!answer) {
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(answer.error().message));
                return;
            }
            m_judged.push_back(episode);
            emit judged(episode);
            const QString title = stateTitle(QString::fromUtf8(nameOf(verdict).data()));
            m_page.messages().say(MessageBar::Kind::Good, tr("This episode is %1.").arg(title), tr("Take back  Ctrl+Z"),
                                  [this] { takeBack(); });
            refresh();
            showEpisode(episode);
        });
}

void ReviewController::takeBack()
{
    if (m_judged.empty()) {
        m_page.messages().say(MessageBar::Kind::Info, tr("There is no verdict of this session to take back."));
        return;
    }
    const QString episode = m_judged.back();
    m_judged.pop_back();
    m_library.ask(
        this, [id = episode.toStdString()](const LibraryAccess& access) { return access.writer.takeBack({}, id); },
        [this, episode](const Result<void>& answer) {
            if (answer)
                m_page.messages().say(MessageBar::Kind::Good, tr("The verdict is taken back."));
            else
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(answer.error().message));
            refresh();
            m_page.select(episode);
            showEpisode(episode);
        });
}

}  // namespace understudy
