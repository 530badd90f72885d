#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>

#include <QObject>
#include <QThread>

#include "app/studio/annotateview.h"

namespace understudy {

/// Reads and decodes episodes on a thread of its own. Answers arrive on the GUI thread. Of wishes for a moment the
/// newest wins.
class EpisodeService final : public QObject {
    Q_OBJECT

public:
    explicit EpisodeService(std::filesystem::path library, QObject* parent = nullptr);
    ~EpisodeService() override;

    /// Reads a whole episode but for its segments; `folder` relative to the library. The answer becomes the episode in
    /// front.
    void open(const QString& id, const std::filesystem::path& folder);
    /// Of the episode in front.
    void wantMoment(Timestamp time);

signals:
    /// `startUnixNs`: what time 0 of the episode is in log time.
    void opened(const understudy::AnnotateEpisode& episode, qint64 startUnixNs);
    void momentReady(const understudy::AnnotateMoment& moment);

private:
    class Desk;

    void post(std::function<void()> job);

    std::filesystem::path m_library;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<Desk> m_desk;  ///< used on the thread only
    std::atomic<Timestamp> m_wanted{-1};
};

}  // namespace understudy
