#include "app/studio/annotatecontroller.h"

#include <algorithm>

#include <QCryptographicHash>
#include <QSettings>

#include "app/studio/episodeservice.h"
#include "app/studio/libraryjobs.h"
#include "widgets/messagebar.h"

namespace understudy {
namespace {

const QString kKeySetting = QStringLiteral("annotate/keys");
const QString kLeftHand = QStringLiteral("left");
constexpr int kKeepPlaceMs = 700;

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
            after.draft = edit.after->draft;
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
    const QSettings settings;
    m_page.setKeys(settings.value(kKeySetting).toString() == kLeftHand ? AnnotateKeys::LeftHand : AnnotateKeys::Usual);
    page.labels().setStore([this](const std::vector<SegmentEdit>& edits, std::function<void(const QString&)> done) {
        store(edits, std::move(done));
    });
    connect(&page, &AnnotatePage::keysChanged, this, [this] {
        QSettings().setValue(kKeySetting, m_page.keys() == AnnotateKeys::LeftHand ? kLeftHand : QString());
    });
    connect(&page, &AnnotatePage::momentWanted, &episodes, &EpisodeService::wantMoment);
    connect(&episodes, &EpisodeService::momentReady, &page, qOverload<const AnnotateMoment&>(&AnnotatePage::show));
    connect(&page, &AnnotatePage::nextEpisodeWanted, this, [this](int direction) { step(direction, Which::Any); });
    connect(&page, &AnnotatePage::submitWanted, this, &AnnotateController::submit);
    connect(&episodes, &EpisodeService::opened, this, &AnnotateController::showOpened);
    m_keepPlace.setSingleShot(true);
    m_keepPlace.setInterval(kKeepPlaceMs);
    connect(&m_keepPlace, &QTimer::timeout, this, &AnnotateController::keepPlace);
    connect(&page, &AnnotatePage::placeChanged, this, [this] {
        if (!m_keepPlace.isActive()) m_keepPlace.start();
    });
}

AnnotateController::~AnnotateController()
{
    if (m_keepPlace.isActive()) keepPlace();
}

void AnnotateController::showOpened(AnnotateEpisode episode, qint64 start)
{
    if (episode.duration == 0) {
        // Its files cannot be read; the index still knows when it was and what was labelled.
        start = m_startedAt;
        episode.duration = std::max<Timestamp>(m_duration, kMillisecond);
        episode.title = m_task;
    }
    m_start = start;
    const std::string wanted = episode.id.toStdString();
    m_library.ask(
        this, [wanted](const LibraryAccess& access) { return access.reader.segments(wanted); },
        [this, episode = std::move(episode), start](Result<std::vector<Segment>> segments) mutable {
            if (episode.id != m_episode) return;
            if (!segments) {
                episode.problem = QString::fromStdString(segments.error().message);
            } else {
                for (const Segment& segment : *segments)
                    episode.segments.push_back({.id = QString::fromStdString(segment.id),
                                                .tier = QString::fromStdString(segment.tier),
                                                .label = QString::fromStdString(segment.label),
                                                .start = segment.startNs - start,
                                                .end = segment.endNs - start,
                                                .draft = segment.draft});
            }
            m_page.open(std::move(episode), m_place);
            m_place = {};
        });
}

void AnnotateController::keepPlace()
{
    const AnnotatePlace place = m_page.place();
    if (place.episode.isEmpty()) return;
    QSettings settings;
    settings.beginGroup(placeGroup());
    settings.setValue(QStringLiteral("episode"), place.episode);
    settings.setValue(QStringLiteral("playhead"), qint64{place.playhead});
    settings.setValue(QStringLiteral("from"), qint64{place.axis.from});
    settings.setValue(QStringLiteral("to"), qint64{place.axis.to});
    settings.setValue(QStringLiteral("selected"), place.selected);
    settings.setValue(QStringLiteral("tier"), place.tier);
}

AnnotatePlace AnnotateController::keptPlace() const
{
    QSettings settings;
    settings.beginGroup(placeGroup());
    const auto number = [&](const char* key) { return settings.value(QLatin1String(key)).toLongLong(); };
    return {.episode = settings.value(QStringLiteral("episode")).toString(),
            .playhead = number("playhead"),
            .axis = {.from = number("from"), .to = number("to")},
            .selected = settings.value(QStringLiteral("selected")).toString(),
            .tier = static_cast<int>(number("tier"))};
}

QString AnnotateController::placeGroup() const
{
    const QByteArray path = QByteArray::fromStdString(std::filesystem::absolute(m_library.path()).string());
    return QStringLiteral("annotate/place/") +
           QString::fromLatin1(QCryptographicHash::hash(path, QCryptographicHash::Md5).toHex());
}

void AnnotateController::open(const QString& episode)
{
    if (m_keepPlace.isActive()) keepPlace();
    const AnnotatePlace kept = keptPlace();
    m_place = kept.episode == episode ? kept : AnnotatePlace{};
    m_episode = episode;
    m_page.messages().say(MessageBar::Kind::Info, tr("Opening the episode …"));
    m_library.ask(
        this, [id = episode.toStdString()](const LibraryAccess& access) { return access.reader.show(id); },
        [this, episode](const Result<EpisodeRow>& row) {
            if (episode != m_episode) return;
            if (row) {
                m_episode = QString::fromStdString(row->id);
                m_startedAt = row->startedAtNs;
                m_duration = row->durationNs;
                m_task = QString::fromStdString(row->task);
                m_episodes.open(m_episode, row->path);
            } else {
                m_episode.clear();
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(row.error().message));
            }
        });
}

void AnnotateController::openLast()
{
    if (!m_episode.isEmpty()) return;
    const QString last = keptPlace().episode;
    m_library.ask(
        this, [last = last.toStdString()](const LibraryAccess& access) { return access.reader.show(last); },
        [this, last](const Result<EpisodeRow>& row) {
            if (!m_episode.isEmpty()) return;
            if (row && !last.isEmpty() && row->practice == m_practice)
                open(last);
            else
                step(1, Which::Any);
        });
}

void AnnotateController::step(int direction, Which which)
{
    EpisodeFilter filter{.practice = m_practice};
    using enum EpisodeState;
    if (which == Which::Any)
        filter.states = {Recorded, Checked, Quarantined, Labelling, Labelled, InReview, Accepted, Returned, Rejected};
    else
        filter.states = {Recorded, Checked, Labelling, Returned};
    if (!m_episode.isEmpty() && direction > 0) filter.untilNs = m_startedAt;
    if (!m_episode.isEmpty() && direction < 0) filter.sinceNs = m_startedAt + 1;
    m_library.ask(
        this,
        [filter, direction](const LibraryAccess& access) -> Result<std::optional<EpisodeRow>> {
            Result<EpisodePage> page = access.reader.list(filter, direction > 0 ? 1 : 1000);
            // The one right after in time is the last of a list that begins with the newest.
            while (page && direction < 0 && page->next) {
                Result<EpisodePage> further = access.reader.list(filter, 1000, page->next);
                if (further && further->episodes.empty()) break;
                page = std::move(further);
            }
            if (!page) return tl::unexpected(page.error());
            if (page->episodes.empty()) return std::nullopt;
            return direction > 0 ? page->episodes.front() : page->episodes.back();
        },
        [this](const Result<std::optional<EpisodeRow>>& next) {
            if (!next)
                m_page.messages().say(MessageBar::Kind::Bad, QString::fromStdString(next.error().message));
            else if (*next)
                open(QString::fromStdString((*next)->id));
            else
                m_page.messages().say(MessageBar::Kind::Info,
                                      m_episode.isEmpty()
                                          ? tr("The library is empty: record an episode on the Operate page.")
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
        [id = m_episode.toStdString()](const LibraryAccess& access) -> Result<void> {
            Result<EpisodeRow> row = access.reader.show(id);
            if (!row) return tl::unexpected(row.error());
            if (row->state == EpisodeState::Recorded) {
                const Result<std::string> damage = checkRecorded(access, id);
                if (!damage) return tl::unexpected(damage.error());
                if (!damage->empty()) return fail(*damage);
                row = access.reader.show(id);
                if (!row) return tl::unexpected(row.error());
            }
            if (row->state == EpisodeState::Checked || row->state == EpisodeState::Returned)
                if (const Result<void> begun = access.writer.moveTo({}, id, EpisodeState::Labelling); !begun)
                    return begun;
            return access.writer.moveTo({}, id, EpisodeState::Labelled);
        },
        [this](const Result<void>& answer) {
            if (!answer) {
                m_page.messages().say(MessageBar::Kind::Bad,
                                      tr("Not handed in: %1").arg(QString::fromStdString(answer.error().message)));
                return;
            }
            emit handedIn();
            emit changed();
            step(1, Which::ToLabel);
        });
}

}  // namespace understudy
