#include "app/studio/annotatecontroller.h"

#include <algorithm>

#include "app/studio/episodeservice.h"
#include "widgets/messagebar.h"

namespace understudy {
namespace {

/// The page knows where a segment is and what it is called; the rest of a stored segment is kept as it is.
Result<LabelEdit> toStored(const std::vector<SegmentEdit>& edits, const std::vector<Segment>& held,
                           const std::string& episode, qint64 start)
{
    LabelEdit stored;
    for (const SegmentEdit& edit : edits) {
        SegmentChange change;
        Segment after{.episodeId = episode};
        if (edit.before) {
            const auto same = std::find_if(held.begin(), held.end(), [&](const Segment& segment) {
                return segment.id == edit.before->id.toStdString() &&
                       segment.label == edit.before->label.toStdString() &&
                       segment.startNs == edit.before->start + start && segment.endNs == edit.before->end + start;
            });
            if (same == held.end()) return fail("somebody else has changed this segment; open the episode again");
            change.before = after = *same;
        }
        if (edit.after) {
            after.id = edit.after->id.toStdString();
            after.tier = edit.after->tier.toStdString();
            after.label = edit.after->label.toStdString();
            after.startNs = edit.after->start + start;
            after.endNs = edit.after->end + start;
            change.after = std::move(after);
        }
        stored.push_back(std::move(change));
    }
    return stored;
}

}  // namespace

AnnotateController::AnnotateController(LibraryService& library, EpisodeService& episodes, AnnotatePage& page)
    : QObject(&page), m_library(library), m_episodes(episodes), m_page(page)
{
    page.labels().setStore([this](const std::vector<SegmentEdit>& edits, std::function<void(const QString&)> done) {
        store(edits, std::move(done));
    });
    connect(&page, &AnnotatePage::momentWanted, &episodes, &EpisodeService::wantMoment);
    connect(&episodes, &EpisodeService::momentReady, &page, qOverload<const AnnotateMoment&>(&AnnotatePage::show));
    connect(&page, &AnnotatePage::nextEpisodeWanted, this, &AnnotateController::step);
    connect(&page, &AnnotatePage::submitWanted, this, &AnnotateController::submit);
    connect(&episodes, &EpisodeService::opened, this, [this](AnnotateEpisode episode, qint64 start) {
        m_start = start;
        m_library.ask(
            this, [id = episode.id.toStdString()](const LibraryAccess& access) { return access.reader.segments(id); },
            [this, episode, start](Result<std::vector<Segment>> segments) mutable {
                if (episode.id != m_episode) return;
                if (!segments) {
                    episode.problem = QString::fromStdString(segments.error().message);
                } else {
                    for (const Segment& segment : *segments)
                        episode.segments.push_back({.id = QString::fromStdString(segment.id),
                                                    .tier = QString::fromStdString(segment.tier),
                                                    .label = QString::fromStdString(segment.label),
                                                    .start = segment.startNs - start,
                                                    .end = segment.endNs - start});
                }
                m_page.open(std::move(episode));
            });
    });
}

void AnnotateController::open(const QString& episode)
{
    m_episode = episode;
    m_page.messages().say(MessageBar::Kind::Info, tr("Opening the episode …"));
    m_library.ask(
        this, [id = episode.toStdString()](const LibraryAccess& access) { return access.reader.show(id); },
        [this, episode](const Result<EpisodeRow>& row) {
            if (episode != m_episode) return;
            if (row) {
                m_episode = QString::fromStdString(row->id);
                m_episodes.open(m_episode, row->path);
            } else {
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(row.error().message));
            }
        });
}

void AnnotateController::openNewest()
{
    if (m_episode.isEmpty()) step(1);
}

void AnnotateController::step(int direction)
{
    m_library.ask(
        this,
        [practice = m_practice](const LibraryAccess& access) {
            return access.reader.list(EpisodeFilter{.practice = practice}, 1000);
        },
        [this, direction](const Result<EpisodePage>& page) {
            if (!page) {
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(page.error().message));
                return;
            }
            std::vector<QString> ids;
            for (const EpisodeRow& row : page->episodes)
                if (row.state != EpisodeState::Recording) ids.push_back(QString::fromStdString(row.id));
            const auto here = std::find(ids.begin(), ids.end(), m_episode) - ids.begin();
            const auto next = m_episode.isEmpty() ? 0 : here + direction;
            if (next >= 0 && next < static_cast<std::ptrdiff_t>(ids.size()))
                open(ids[static_cast<std::size_t>(next)]);
            else
                m_page.messages().say(MessageBar::Kind::Info,
                                      ids.empty() ? tr("The library is empty: record an episode on the Operate page.")
                                                  : tr("There is no further episode this way."));
        });
}

void AnnotateController::store(const std::vector<SegmentEdit>& edits, std::function<void(const QString&)> done)
{
    m_library.ask(
        this,
        [edits, episode = m_episode.toStdString(), start = m_start](const LibraryAccess& access) -> Result<LabelEdit> {
            Result<std::vector<Segment>> held = access.reader.segments(episode);
            if (!held) return tl::unexpected(held.error());
            Result<LabelEdit> wanted = toStored(edits, *held, episode, start);
            if (!wanted) return wanted;
            return access.writer.edit({}, *wanted);
        },
        [this, done = std::move(done)](const Result<LabelEdit>& answer) {
            done(answer ? QString() : QString::fromStdString(answer.error().message));
            if (answer) emit changed();
        });
}

void AnnotateController::submit()
{
    if (m_episode.isEmpty()) return;
    m_library.ask(
        this,
        [id = m_episode.toStdString()](const LibraryAccess& access) {
            return access.writer.moveTo({}, id, EpisodeState::Labelled);
        },
        [this](const Result<void>& answer) {
            if (answer) emit handedIn();
            if (answer)
                m_page.messages().say(MessageBar::Kind::Good,
                                      tr("Handed in for review. Alt+Right opens the next episode."));
            else
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(answer.error().message));
            emit changed();
        });
}

}  // namespace understudy
