#include "app/studio/previewservice.h"

#include <algorithm>

#include "app/studio/rgbimage.h"
#include "core/file.h"
#include "storage/read/episodereader.h"

namespace understudy {
namespace {

constexpr int kThumbnailWidth = 320;

QString text(const std::string& value) { return QString::fromStdString(value); }

}  // namespace

class PreviewService::Desk {
public:
    explicit Desk(std::filesystem::path library) : m_library(std::move(library)) {}

    [[nodiscard]] QImage thumbnail(const std::filesystem::path& folder, const QString& camera)
    {
        auto reader = EpisodeReader::open(m_files, m_library / folder);
        if (!reader) return {};
        const std::int64_t middle = (*reader)->startTime() + ((*reader)->endTime() - (*reader)->startTime()) / 2;
        const QImage image = imageOf(**reader, camera, middle);
        return image.isNull() ? image : image.scaledToWidth(kThumbnailWidth, Qt::SmoothTransformation);
    }

    /// Empty when it opened.
    [[nodiscard]] QString open(const Wish& wish)
    {
        m_reader.reset();
        m_episode = wish.episode;
        auto reader = EpisodeReader::open(m_files, m_library / wish.folder);
        if (!reader) return text(reader.error().message);
        m_reader = std::move(*reader);
        return {};
    }

    [[nodiscard]] QStringList cameras() const
    {
        QStringList names;
        if (m_reader)
            for (const EpisodeCamera& camera : m_reader->info().cameras) names << text(camera.name);
        return names;
    }
    [[nodiscard]] qint64 duration() const { return m_reader ? m_reader->endTime() - m_reader->startTime() : 0; }
    [[nodiscard]] const QString& episode() const { return m_episode; }
    [[nodiscard]] QImage image(const QString& camera, Timestamp time)
    {
        return m_reader ? imageOf(*m_reader, camera, m_reader->startTime() + time) : QImage();
    }

private:
    [[nodiscard]] static QImage imageOf(EpisodeReader& reader, const QString& camera, std::int64_t time)
    {
        const std::vector<EpisodeCamera>& cameras = reader.info().cameras;
        if (cameras.empty()) return {};
        const auto wanted = std::ranges::find(cameras, camera.toStdString(), &EpisodeCamera::name);
        const Result<ImageRef> image =
            reader.imageAt(wanted == cameras.end() ? cameras.front().name : wanted->name, time);
        return image ? toQImage(**image) : QImage();
    }

    PosixFileSystem m_files;
    std::filesystem::path m_library;
    std::unique_ptr<EpisodeReader> m_reader;
    QString m_episode;
};

PreviewService::PreviewService(std::filesystem::path library, QObject* parent)
    : QObject(parent), m_desk(std::make_unique<Desk>(std::move(library)))
{
    m_thread.setObjectName(QStringLiteral("preview"));
    m_context.moveToThread(&m_thread);
    m_thread.start();
}

PreviewService::~PreviewService()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_thumbnails.clear();
    }
    m_thread.quit();
    m_thread.wait();
}

void PreviewService::wantThumbnails(std::vector<Wish> wishes, const QString& camera)
{
    const std::scoped_lock lock(m_mutex);
    std::ranges::reverse(wishes);
    m_thumbnails = std::move(wishes);
    m_thumbnailCamera = camera;
    wake();
}

void PreviewService::open(const Wish& wish)
{
    const std::scoped_lock lock(m_mutex);
    m_open = wish;
    m_moment.reset();
    wake();
}

void PreviewService::wantImage(const QString& camera, Timestamp time)
{
    const std::scoped_lock lock(m_mutex);
    m_moment = Moment{.camera = camera, .time = time};
    wake();
}

void PreviewService::wake()
{
    if (m_awake) return;
    m_awake = true;
    QMetaObject::invokeMethod(
        &m_context, [this] { work(); }, Qt::QueuedConnection);
}

void PreviewService::work()
{
    std::optional<Wish> toOpen;
    std::optional<Moment> moment;
    std::optional<Wish> small;
    QString camera;
    {
        const std::scoped_lock lock(m_mutex);
        m_awake = false;
        toOpen = std::exchange(m_open, std::nullopt);
        moment = std::exchange(m_moment, std::nullopt);
        camera = m_thumbnailCamera;
        if (!toOpen && !moment && !m_thumbnails.empty()) {
            small = std::move(m_thumbnails.back());
            m_thumbnails.pop_back();
        }
        if (!m_thumbnails.empty()) wake();
    }
    const auto tell = [this](auto deliver) {
        QMetaObject::invokeMethod(this, std::move(deliver), Qt::QueuedConnection);
    };
    if (toOpen) {
        const QString problem = m_desk->open(*toOpen);
        tell([this, id = toOpen->episode, cameras = m_desk->cameras(), duration = m_desk->duration(), problem] {
            emit opened(id, cameras, duration, problem);
        });
    }
    if (moment)
        tell([this, id = m_desk->episode(), time = moment->time,
              picture = m_desk->image(moment->camera, moment->time)] { emit image(id, time, picture); });
    if (small)
        tell([this, id = small->episode, camera, picture = m_desk->thumbnail(small->folder, camera)] {
            emit thumbnail(id, camera, picture);
        });
}

}  // namespace understudy
