#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <QImage>
#include <QObject>
#include <QThread>

#include "core/timestamp.h"

namespace understudy {

/// Pictures of recorded episodes for the review page, decoded on a thread of its own: small ones for the list, and the
/// images of one episode that plays. Signals arrive on the GUI thread.
class PreviewService final : public QObject {
    Q_OBJECT

public:
    struct Wish {
        QString episode;
        std::filesystem::path folder;  ///< relative to the library
    };

    explicit PreviewService(std::filesystem::path library, QObject* parent = nullptr);
    ~PreviewService() override;

    /// Replaces what was wanted before. `camera` empty, or not in an episode: its first.
    void wantThumbnails(std::vector<Wish> wishes, const QString& camera);
    /// The episode that plays.
    void open(const Wish& wish);
    /// Of the episode that plays; the newest wish wins. ns since its start.
    void wantImage(const QString& camera, Timestamp time);

signals:
    /// `image` null: the episode has none, or it cannot be read. `camera` as it was wanted.
    void thumbnail(const QString& episode, const QString& camera, const QImage& image);
    void opened(const QString& episode, const QStringList& cameras, qint64 duration, const QString& problem);
    void image(const QString& episode, qint64 time, const QImage& image);

private:
    class Desk;
    struct Moment {
        QString camera;
        Timestamp time = 0;
    };

    void wake();
    void work();

    std::mutex m_mutex;
    std::vector<Wish> m_thumbnails;  ///< the last one is next
    QString m_thumbnailCamera;
    std::optional<Wish> m_open;
    std::optional<Moment> m_moment;
    bool m_awake = false;

    QThread m_thread;
    QObject m_context;
    std::unique_ptr<Desk> m_desk;  ///< used on the thread only
};

}  // namespace understudy
