#pragma once

#include <filesystem>
#include <memory>

#include "storage/librarywriter.h"
#include "storage/recorder.h"

namespace understudy {

/// Registers the recorder's takes in the library's index. Opens its writer on the recorder's thread at the first call.
class LibraryLedger final : public TakeLedger {
public:
    explicit LibraryLedger(std::filesystem::path library) : m_library(std::move(library)) {}

    [[nodiscard]] Result<void> begin(const EpisodeFile& episode) override;
    [[nodiscard]] Result<void> progress(const EpisodeRow& row) override;
    [[nodiscard]] Result<void> finish(const TakeReport& take) override;
    void release() override { m_writer.reset(); }

private:
    [[nodiscard]] Result<LibraryWriter*> writer();

    std::filesystem::path m_library;
    std::unique_ptr<LibraryWriter> m_writer;
};

}  // namespace understudy
