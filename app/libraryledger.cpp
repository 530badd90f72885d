#include "app/libraryledger.h"

namespace understudy {

Result<LibraryWriter*> LibraryLedger::writer()
{
    if (!m_writer) {
        Result<std::unique_ptr<LibraryWriter>> opened = LibraryWriter::open(m_library);
        if (!opened) return tl::unexpected(opened.error());
        m_writer = std::move(*opened);
    }
    return m_writer.get();
}

Result<void> LibraryLedger::begin(const EpisodeFile& episode)
{
    const Result<LibraryWriter*> opened = writer();
    if (!opened) return tl::unexpected(opened.error());
    const EpisodeRow& row = episode.row;
    return (*opened)->beginEpisode(row.operatorId, {.id = row.id,
                                                    .path = row.path,
                                                    .takeId = row.takeId,
                                                    .sessionId = row.sessionId,
                                                    .taskId = row.taskId,
                                                    .robot = row.robot,
                                                    .robotSerial = row.robotSerial,
                                                    .modelHash = row.modelHash,
                                                    .sim = row.sim,
                                                    .practice = row.practice,
                                                    .operatorId = row.operatorId,
                                                    .station = row.station,
                                                    .startedAtNs = row.startedAtNs});
}

Result<void> LibraryLedger::progress(const EpisodeRow& row)
{
    const Result<LibraryWriter*> opened = writer();
    if (!opened) return tl::unexpected(opened.error());
    // Not written while somebody else writes: the next sync brings it.
    const Result<bool> updated =
        (*opened)->updateEpisode(row.id, {.durationNs = row.durationNs, .steps = row.steps, .streams = row.streams});
    if (!updated) return tl::unexpected(updated.error());
    return {};
}

Result<void> LibraryLedger::finish(const TakeReport& take)
{
    const Result<LibraryWriter*> opened = writer();
    if (!opened) return tl::unexpected(opened.error());
    const EpisodeRow& row = take.episode.row;
    const Result<void> ended = (*opened)->endEpisode(row.operatorId, row.id,
                                                     {.durationNs = row.durationNs,
                                                      .steps = row.steps,
                                                      .missedTicks = row.missedTicks,
                                                      .outcome = row.outcome,
                                                      .cause = row.cause,
                                                      .streams = row.streams});
    if (!ended || row.state == EpisodeState::Recorded) return ended;
    return (*opened)->moveTo(row.operatorId, row.id, row.state, take.problem);
}

}  // namespace understudy
