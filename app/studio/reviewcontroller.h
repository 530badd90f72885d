#pragma once

#include <optional>
#include <vector>

#include <QObject>

#include "app/studio/libraryservice.h"
#include "app/studio/reviewpage.h"

namespace understudy {

class EpisodeService;

/// Fills the review page from the library and stores its verdicts.
class ReviewController final : public QObject {
    Q_OBJECT

public:
    ReviewController(LibraryService& library, EpisodeService& episodes, ReviewPage& page);

    /// Asks for the first page of the current filter again.
    void refresh();
    /// Practice takes, and nothing else, from now on.
    void setPractice(bool practice) { m_practice = practice; }

signals:
    /// A verdict stands.
    void judged(const QString& episode);
    void openWanted(const QString& episode);

private:
    void ask(bool more);
    void showEpisode(const QString& episode);
    void judge(const QString& episode, Verdict verdict, ReturnTo returnTo, const QString& reason);
    void takeBack();

    LibraryService& m_library;
    EpisodeService& m_episodes;
    ReviewPage& m_page;
    std::vector<EpisodeLine> m_lines;
    std::optional<std::int64_t> m_next;
    bool m_practice = false;
    std::vector<QString> m_judged;  ///< newest last
    quint64 m_request = 0;
};

}  // namespace understudy
