#include "app/takejudge.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace understudy {
namespace {

constexpr int kMostLeftTakes = 20;  ///< of earlier sessions; understudy qc judges more

}  // namespace

TakeJudge::TakeJudge(FileSystem& files, std::filesystem::path library, EpisodeRow like)
    : m_files(files), m_library(std::move(library)), m_like(std::move(like))
{
}

TakeJudge::~TakeJudge()
{
    m_thread.request_stop();
    m_ready.notify_all();
}

Result<std::unique_ptr<TakeJudge>> TakeJudge::create(FileSystem& files, const std::filesystem::path& library,
                                                     const EpisodeRow& like)
{
    std::unique_ptr<TakeJudge> judge(new TakeJudge(files, library, like));
    Result<ChecksFile> checks = checksOf(files, library);
    if (!checks) return tl::unexpected(checks.error());
    judge->m_checks = std::move(*checks);
    const auto reader = LibraryReader::open(library);
    if (!reader) return tl::unexpected(reader.error());
    Result<std::vector<Task>> cards = (*reader)->tasks();
    if (!cards) return tl::unexpected(cards.error());
    judge->m_cards = std::move(*cards);
    Result<QualityHistory> history = historyOf(files, **reader, like);
    if (!history) return tl::unexpected(history.error());
    judge->m_history = std::move(*history);
    if (const Result<void> queued = judge->queueLeftTakes(**reader); !queued) return tl::unexpected(queued.error());
    judge->m_thread = std::jthread([raw = judge.get()](const std::stop_token& stop) { raw->run(stop); });
    return judge;
}

Result<void> TakeJudge::queueLeftTakes(LibraryReader& reader)
{
    EpisodeFilter filter{.practice = std::nullopt};
    filter.states = {EpisodeState::Recorded};
    filter.stations = {m_like.station};
    const Result<EpisodePage> page = reader.list(filter, kMostLeftTakes);
    if (!page) return tl::unexpected(page.error());
    for (const EpisodeRow& row : page->episodes) m_jobs.push_front({.episode = row.id, .live = std::nullopt});
    return {};
}

QualityTake TakeJudge::take(const std::string& task) const
{
    const std::lock_guard lock(m_mutex);
    QualityTake take;
    take.cards = m_cards;
    take.history = m_history;
    take.settings = m_checks.settingsFor(task);
    return take;
}

void TakeJudge::ended(const TakeReport& take, LiveReport& said)
{
    for (const StreamReport& stream : take.streams) {
        if (stream.dropped == 0) continue;
        std::erase_if(said.report.findings,
                      [](const Finding& each) { return each.check == "samples_lost" && each.pass; });
        said.report.findings.insert(
            said.report.findings.begin(),
            {.check = "samples_lost",
             .stream = stream.name,
             .value = static_cast<double>(stream.dropped),
             .unit = "samples",
             .pass = false,
             .weight = CheckWeight::Integrity,
             .reason = fmt::format("The recorder lost {} samples of {}: close other programs, or lower the cameras.",
                                   stream.dropped, stream.name)});
    }
    const std::lock_guard lock(m_mutex);
    m_guard.note(said.report);
    m_jobs.push_back({take.episode.row.id, said.report.verdict()});
    m_ready.notify_all();
}

void TakeJudge::judge(const std::string& episode)
{
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back({.episode = episode, .live = std::nullopt});
    m_ready.notify_all();
}

std::optional<Finding> TakeJudge::blocked() const
{
    const std::lock_guard lock(m_mutex);
    return m_guard.blocked();
}

void TakeJudge::acknowledge()
{
    const std::lock_guard lock(m_mutex);
    m_guard.acknowledge();
}

std::vector<JudgedTake> TakeJudge::judged()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_judged, {});
}

void TakeJudge::run(const std::stop_token& stop)
{
    pthread_setname_np(pthread_self(), "take judge");
    // Behind everything else, but never so far that closing a session on a busy machine would wait for it.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
    while (true) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_ready.wait(lock, stop, [this] { return !m_jobs.empty(); });
            if (stop.stop_requested()) return;
            job = m_jobs.front();
            m_jobs.pop_front();
        }
        JudgedTake judged = check(job, stop);
        const std::lock_guard lock(m_mutex);
        m_judged.push_back(std::move(judged));
    }
}

JudgedTake TakeJudge::check(const Job& job, const std::stop_token& stop)
{
    JudgedTake judged{.episode = job.episode, .live = job.live, .report = {}, .problem = {}};
    const auto reader = LibraryReader::open(m_library);
    const auto writer = LibraryWriter::open(m_library, LibraryWriter::Upkeep::None);
    if (!reader || !writer) {
        judged.problem = reader ? writer.error().message : reader.error().message;
        return judged;
    }
    Result<CheckedEpisode> checked = checkQuality(m_files, **reader, **writer, m_checks, job.episode, stop);
    if (!checked) {
        judged.problem = checked.error().message;
        return judged;
    }
    judged.report = std::move(checked->quality.report);
    m_like.startedAtNs = 0;
    Result<QualityHistory> history = historyOf(m_files, **reader, m_like);
    const std::lock_guard lock(m_mutex);
    if (history) m_history = std::move(*history);
    return judged;
}

}  // namespace understudy
