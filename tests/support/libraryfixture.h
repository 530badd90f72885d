#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "core/uuid.h"
#include "storage/library.h"
#include "storage/librarywriter.h"

namespace understudy::test {

/// The value, or an exception that the test reports with the error's sentence.
template <typename T>
T must(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The sentence of an error that has to happen.
template <typename T>
std::string refusal(const Result<T>& result)
{
    if (result) throw std::runtime_error("this should have been refused");
    return result.error().message;
}

inline std::string textOf(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

inline void writeText(const std::filesystem::path& file, const std::string& text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

/// 2026-11-22 00:00 UTC.
inline constexpr std::int64_t kTestDay = 1'795'305'600'000'000'000;

/// A new library in a folder that goes away with it.
class LibraryFixture {
public:
    LibraryFixture()
    {
        must(openLibrary(folder(), LibraryMode::OpenOrCreate));
        writer = must(LibraryWriter::open(folder(), LibraryWriter::Upkeep::None));
    }

    [[nodiscard]] std::filesystem::path folder() const { return m_folder.path().toStdString() + "/library"; }

    std::string task(const std::string& name = "Pick the cup", const std::string& zh = "抓取杯子",
                     const std::string& en = "Pick up the cup")
    {
        Task card;
        card.name = name;
        card.instructionZh = zh;
        card.instructionEn = en;
        return must(writer->ensureTask({}, card));
    }

    /// An episode that begins `second` seconds into the day.
    EpisodeStart start(int second = 0)
    {
        EpisodeStart start;
        start.startedAtNs = kTestDay + second * 1'000'000'000LL;
        start.id = uuidAt(start.startedAtNs);
        start.path = episodeFolder(start.id, start.startedAtNs);
        start.taskId = task();
        start.robot = "unitree_g1";
        start.station = "07";
        return start;
    }

    static EpisodeEnd end()
    {
        return {
            .durationNs = 10'000'000'000,
            .steps = 5000,
            .missedTicks = 2,
            .outcome = Outcome::Success,
            .cause = {},
            .streams = {{.name = "/robot/joint_states", .kind = "robot", .count = 5000, .dropped = 0, .rateHz = 500},
                        {.name = "head", .kind = "camera", .count = 300, .dropped = 1, .rateHz = 29.97}}};
    }

    /// A recorded episode; returns its id.
    std::string episode(int second = 0) { return episode(start(second)); }
    std::string episode(const EpisodeStart& begin)
    {
        must(writer->beginEpisode({}, begin));
        must(writer->endEpisode({}, begin.id, end()));
        return begin.id;
    }

private:
    QTemporaryDir m_folder;

public:
    std::unique_ptr<LibraryWriter> writer;  ///< closed before the folder goes
};

}  // namespace understudy::test
