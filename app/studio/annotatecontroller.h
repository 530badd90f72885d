#pragma once

#include <QObject>
#include <QTimer>

#include "app/studio/annotatepage.h"
#include "app/studio/libraryservice.h"

namespace understudy {

class EpisodeService;

/// Brings an episode and its segments to the annotate page and stores every edit at once.
class AnnotateController final : public QObject {
    Q_OBJECT

public:
    AnnotateController(LibraryService& library, EpisodeService& episodes, AnnotatePage& page);
    ~AnnotateController() override;

    /// Which takes stepping goes through: practice alone, or everything else.
    void setPractice(bool practice) { m_practice = practice; }

    void open(const QString& episode);
    /// When none is open: the episode of last time, where it was left, or else the newest.
    void openLast();

signals:
    /// The episode in front was handed in for review.
    void handedIn();
    void changed();

private:
    enum class Which { Any, ToLabel };

    void store(const std::vector<SegmentEdit>& edits, std::function<void(const QString&)> done);
    void step(int direction, Which which);
    void showOpened(AnnotateEpisode episode, qint64 start);
    void keepPlace();
    [[nodiscard]] AnnotatePlace keptPlace() const;
    [[nodiscard]] QString placeGroup() const;
    void submit();

    LibraryService& m_library;
    EpisodeService& m_episodes;
    AnnotatePage& m_page;
    QString m_episode;
    AnnotatePlace m_place;  ///< of the episode that is being opened
    QTimer m_keepPlace;
    bool m_practice = false;
    qint64 m_startedAt = 0;
    Duration m_duration = 0;  ///< as the index knows it
    QString m_task;
    qint64 m_start = 0;  ///< Unix ns of time 0
};

}  // namespace understudy
