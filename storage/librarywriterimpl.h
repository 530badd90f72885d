#pragma once

#include "storage/libraryupkeep.h"
#include "storage/librarywriter.h"
#include "storage/read/database.h"

namespace understudy {

/// What every change of LibraryWriter is made of. Everything but open() and change() is for use inside change().
class LibraryWriter::Impl {
public:
    /// One transaction: who and when, and the id that its lines in the history share.
    struct Change {
        std::string act;
        std::int64_t atNs = 0;
        std::int64_t person = 0;  ///< key
        std::string personId;
    };

    /// What the rules need to know of an episode.
    struct Known {
        std::int64_t key = 0;
        std::string id;
        EpisodeState state = EpisodeState::Recording;
        Outcome outcome = Outcome::Unknown;
        std::string cause;
        std::string taskId;
        std::int64_t startedNs = 0;
        std::int64_t durationNs = 0;
    };

    std::filesystem::path library;
    std::unique_ptr<Database> database;
    std::optional<LibraryUpkeep> upkeep;

    [[nodiscard]] Result<void> change(std::string_view by, const std::function<Result<void>(const Change&)>& body);

    [[nodiscard]] Result<std::optional<std::int64_t>> find(const std::string& sql, const std::string& what);
    /// Fails in words where there is none.
    [[nodiscard]] Result<std::int64_t> keyOf(const std::string& table, const std::string& id);
    [[nodiscard]] Result<Known> known(std::string_view episode);
    /// Finds what has this name, or makes it and says so in the history; returns the key.
    [[nodiscard]] Result<std::int64_t> named(const Change& change, const std::string& table, const std::string& subject,
                                             const std::string& name);

    /// named() as a change of its own; returns the id.
    [[nodiscard]] Result<std::string> ensure(std::string_view by, const std::string& table, const std::string& subject,
                                             const std::string& name);
    [[nodiscard]] Result<void> addEpisode(const Change& change, const EpisodeStart& start);
    [[nodiscard]] Result<void> finishEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end,
                                             bool recovered);

    [[nodiscard]] Result<void> note(const Change& change, const std::string& subject, const std::string& subjectId,
                                    std::optional<std::int64_t> episode, const std::string& field,
                                    const std::string& from, const std::string& to);
    /// The table of states decides.
    [[nodiscard]] Result<void> setState(const Change& change, Known& episode, EpisodeState to);
    /// Without asking the table: for taking back.
    [[nodiscard]] Result<void> putState(const Change& change, Known& episode, EpisodeState to);
    [[nodiscard]] Result<void> setOutcome(const Change& change, Known& episode, Outcome outcome,
                                          const std::string& cause);
    [[nodiscard]] Result<void> putStreams(const Known& episode, const std::vector<StreamRow>& streams);

    using EditMaker = std::function<Result<LabelEdit>()>;
    [[nodiscard]] Result<void> openForLabels(const Change& change, Known& episode);
    [[nodiscard]] Result<void> applySegment(const Change& change, const Known& episode, SegmentChange& edit);
    /// Asks for the edit inside the transaction that applies it.
    [[nodiscard]] Result<LabelEdit> applyEdit(std::string_view by, const EditMaker& make);
    [[nodiscard]] Result<LabelEdit> changeSegment(std::string_view by, std::string_view episode,
                                                  std::string_view segment,
                                                  const std::function<Result<LabelEdit>(const Segment&)>& make);

    [[nodiscard]] Result<void> mirrorDue(std::int64_t episode);
};

/// Refuses what is empty or longer than a name should be.
[[nodiscard]] Result<void> checkName(const std::string& what, const std::string& name);
/// Refuses what is longer than any text should be.
[[nodiscard]] Result<void> checkText(const std::string& what, const std::string& text);

}  // namespace understudy
