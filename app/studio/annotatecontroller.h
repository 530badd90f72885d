#pragma once

#include <QObject>

#include "app/studio/annotatepage.h"
#include "app/studio/libraryservice.h"

namespace understudy {

class EpisodeService;

/// Brings an episode and its segments to the annotate page and stores every edit at once.
class AnnotateController final : public QObject {
    Q_OBJECT

public:
    AnnotateController(LibraryService& library, EpisodeService& episodes, AnnotatePage& page);

    void open(const QString& episode);
    /// Practice takes, and nothing else, from now on.
    void setPractice(bool practice) { m_practice = practice; }
    /// The newest recorded episode, when none is open.
    void openNewest();

signals:
    /// The episode in front was handed in for review.
    void handedIn();
    void changed();

private:
    void store(const std::vector<SegmentEdit>& edits, std::function<void(const QString&)> done);
    void step(int direction);
    void submit();

    LibraryService& m_library;
    EpisodeService& m_episodes;
    AnnotatePage& m_page;
    QString m_episode;
    bool m_practice = false;
    qint64 m_start = 0;  ///< Unix ns of time 0
};

}  // namespace understudy
