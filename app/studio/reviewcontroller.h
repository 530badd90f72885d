#pragma once

#include <optional>
#include <vector>

#include <QObject>

#include "app/studio/libraryservice.h"
#include "app/studio/longwork.h"
#include "app/studio/previewservice.h"
#include "app/studio/reviewpage.h"

namespace understudy {

/// Fills the review page from the library and stores its verdicts.
class ReviewController final : public QObject {
    Q_OBJECT

public:
    ReviewController(LibraryService& library, ReviewPage& page);

    /// Asks for the first page of the current filter again.
    void refresh();
    /// Practice takes alone, or everything else: they stand in no queue.
    void setPractice(bool practice) { m_practice = practice; }

    [[nodiscard]] LongWork& work() { return m_work; }
    void exportTo(const std::filesystem::path& folder);
    void checkAll();
    void importFrom(const std::filesystem::path& description);

signals:
    /// A verdict stands.
    void judged(const QString& episode);
    void openWanted(const QString& episode);

private:
    [[nodiscard]] EpisodeFilter filter() const;
    void ask(bool more);
    void countAll();
    void askChoices();
    void showEpisode(const QString& episode);
    void wantThumbnails();
    void judge(const ReviewVerdict& verdict);
    void takeBack();
    void sayWhy(const QString& problem);

    LibraryService& m_library;
    ReviewPage& m_page;
    PreviewService m_preview;
    LongWork m_work;
    std::vector<EpisodeLine> m_lines;
    std::optional<std::int64_t> m_next;
    ReviewChoices m_choices;
    std::vector<std::vector<QString>> m_judged;  ///< the episodes of each act, newest last
    int m_asked = 0;                             ///< verdicts on their way to the library
    int m_takeBacks = 0;                         ///< asked for meanwhile
    QStringList m_goOnAfter;                     ///< judged, and the list is being read again
    quint64 m_request = 0;
    bool m_practice = false;
};

}  // namespace understudy
