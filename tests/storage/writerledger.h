#pragma once

#include "storage/librarywriter.h"
#include "storage/recorder.h"

namespace understudy::test {

/// Registers takes in a library, as the program does.
class WriterLedger final : public TakeLedger {
public:
    explicit WriterLedger(std::filesystem::path library) : m_library(std::move(library)) {}

    Result<void> begin(const EpisodeFile& episode) override
    {
        Result<std::unique_ptr<LibraryWriter>> opened = LibraryWriter::open(m_library);
        if (!opened) return tl::unexpected(opened.error());
        m_writer = std::move(*opened);
        const EpisodeRow& row = episode.row;
        return m_writer->beginEpisode({}, {.id = row.id,
                                           .path = row.path,
                                           .takeId = row.takeId,
                                           .taskId = row.taskId,
                                           .robot = row.robot,
                                           .station = row.station,
                                           .startedAtNs = row.startedAtNs});
    }
    Result<void> progress(const EpisodeRow& row) override
    {
        const Result<bool> updated =
            m_writer->updateEpisode(row.id, {.durationNs = row.durationNs, .steps = row.steps, .streams = row.streams});
        if (!updated) return tl::unexpected(updated.error());
        return {};
    }
    Result<void> finish(const TakeReport& take) override
    {
        const EpisodeRow& row = take.episode.row;
        const Result<void> ended = m_writer->endEpisode({}, row.id,
                                                        {.durationNs = row.durationNs,
                                                         .steps = row.steps,
                                                         .outcome = row.outcome,
                                                         .cause = row.cause,
                                                         .streams = row.streams});
        if (!ended || row.state == EpisodeState::Recorded) return ended;
        return m_writer->moveTo({}, row.id, row.state, take.problem);
    }
    void release() override { m_writer.reset(); }

private:
    std::filesystem::path m_library;
    std::unique_ptr<LibraryWriter> m_writer;
};

}  // namespace understudy::test
