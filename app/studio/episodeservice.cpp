#include "app/studio/episodeservice.h"

#include <algorithm>
#include <map>

#include "app/studio/episodesignals.h"
#include "app/studio/rgbimage.h"
#include "app/studio/scenesource.h"
#include "core/file.h"
#include "storage/read/episodereader.h"

namespace understudy {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

/// Values of one kind by time, ns since the episode's start.
template <typename T>
struct Track {
    std::vector<Timestamp> times;
    std::vector<T> values;

    [[nodiscard]] const T* at(Timestamp time) const
    {
        if (times.empty()) return nullptr;
        const auto next = std::upper_bound(times.begin(), times.end(), time);
        return &values[static_cast<std::size_t>(next == times.begin() ? 0 : next - times.begin() - 1)];
    }
};

constexpr Duration kPosePeriod = 10 * kMillisecond;  ///< the 3D view needs no more
constexpr Duration kPlotPeriod = 20 * kMillisecond;  ///< edges are set by images, which come slower

}  // namespace

/// The episode on the desk: its reader, its robot and what the pictures of a moment need.
class EpisodeService::Desk {
public:
    explicit Desk(std::filesystem::path library) : m_library(std::move(library)) {}

    [[nodiscard]] AnnotateEpisode open(const QString& id, const std::filesystem::path& folder)
    {
        m_reader.reset();
        m_scene.reset();
        m_robot.reset();
        m_measured = m_command = {};
        m_bodies.clear();
        AnnotateEpisode episode{.id = id};
        auto reader = EpisodeReader::open(m_files, m_library / folder);
        if (!reader) {
            episode.problem = text(reader.error().message);
            return episode;
        }
        m_reader = std::move(*reader);
        const EpisodeFile& info = m_reader->info();
        episode.title = text(info.row.task);
        episode.instructionZh = text(info.row.instructionZh);
        episode.instructionEn = text(info.row.instructionEn);
        episode.duration = std::max<Duration>(m_reader->endTime() - m_reader->startTime(), kMillisecond);
        for (const EpisodeCamera& camera : info.cameras) episode.cameras.push_back(text(camera.name));
        if (!info.cameras.empty() && info.cameras.front().height > 0)
            episode.cameraAspect = static_cast<double>(info.cameras.front().width) / info.cameras.front().height;
        openRobot(episode);
        readValues(episode);
        readImageTimes(episode);
        return episode;
    }

    [[nodiscard]] qint64 start() const { return m_reader ? m_reader->startTime() : 0; }

    [[nodiscard]] AnnotateMoment moment(Timestamp time)
    {
        AnnotateMoment moment{.time = time};
        if (!m_reader) return moment;
        for (const EpisodeCamera& camera : m_reader->info().cameras) {
            const Result<ImageRef> image = m_reader->imageAt(camera.name, start() + time);
            moment.images.push_back(image ? toQImage(**image) : QImage());
            moment.notes.push_back(image ? QString() : text(image.error().message));
        }
        const Eigen::VectorXf* measured = m_measured.at(time);
        if (m_scene && measured) {
            for (const auto& [name, track] : m_bodies)
                if (const Pose* pose = track.at(time)) m_scene->setFreeBody(name, *pose);
            const Eigen::VectorXf* command = m_command.at(time);
            moment.scene =
                m_scene->frame(measured->cast<double>(), command ? command->cast<double>() : Eigen::VectorXd());
        }
        return moment;
    }

private:
    void openRobot(AnnotateEpisode& episode)
    {
        const std::string& hash = m_reader->info().row.modelHash;
        if (hash.empty()) return;
        const std::filesystem::path folder = m_library / "models" / hash;
        std::error_code error;
        std::filesystem::path description;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
            const std::string extension = entry.path().extension().string();
            if (extension == ".xml" || extension == ".urdf" || extension == ".mjcf") description = entry.path();
        }
        auto model = RobotModel::load(description, folder / "profile.toml");
        if (!model) {
            episode.problem = text(model.error().message);
            return;
        }
        m_robot = std::make_unique<RobotModel>(std::move(*model));
        m_scene = std::make_unique<SceneSource>(*m_robot);
        episode.scene = toScene(*m_robot);
    }

    void readValues(AnnotateEpisode& episode)
    {
        EpisodeSignals plots(m_robot.get(), m_reader->info().jointNames);
        Timestamp lastPlotted = -kSecond;
        EpisodeValues values = m_reader->values();
        Timestamp lastMeasured = -kSecond;
        Timestamp lastCommand = -kSecond;
        while (true) {
            const Result<const EpisodeSample*> sample = values.next();
            if (!sample) {
                episode.problem = text(sample.error().message);
                break;
            }
            if (*sample == nullptr) break;
            const Timestamp time = (*sample)->time - start();
            if (const auto* state = std::get_if<RobotState>((*sample)->value)) {
                if (time - lastPlotted >= kPlotPeriod) {
                    plots.add(*state, time);
                    if (m_scene) plots.addWrists(m_scene->frame(state->position, {}).frames, time);
                    lastPlotted = time;
                }
                if (time - lastMeasured >= kPosePeriod) {
                    m_measured.times.push_back(time);
                    m_measured.values.push_back(state->position.cast<float>());
                    lastMeasured = time;
                }
            } else if (const auto* step = std::get_if<Step>((*sample)->value)) {
                if (time - lastCommand < kPosePeriod) continue;
                m_command.times.push_back(time);
                m_command.values.push_back(step->target.cast<float>());
                lastCommand = time;
            } else if (const auto* transforms = std::get_if<TransformSample>((*sample)->value)) {
                const std::vector<std::string>& names = (*sample)->stream->names;
                for (std::size_t i = 0; i < names.size() && i < transforms->poses.size(); ++i) {
                    m_bodies[names[i]].times.push_back(time);
                    m_bodies[names[i]].values.push_back(transforms->poses[i]);
                }
            } else if (const auto* contacts = std::get_if<ContactSample>((*sample)->value)) {
                plots.add(*contacts, (*sample)->stream->names, time);
            } else if (const auto* event = std::get_if<Event>((*sample)->value)) {
                episode.marks.push_back({.time = time, .text = text(event->name), .bad = event->name == "gap"});
            }
        }
        episode.plots = plots.take();
        if (!values.damage().empty())
            episode.problem = tr("%n part(s) of this recording are damaged and left out.", nullptr,
                                 static_cast<int>(values.damage().size()));
    }

    void readImageTimes(AnnotateEpisode& episode)
    {
        if (m_reader->info().cameras.empty()) return;
        const auto images = m_reader->images(m_reader->info().cameras.front().name);
        if (!images) return;
        for (const PacketLocation& image : **images)
            episode.imageTimes.push_back(
                std::max<Timestamp>(0, m_reader->info().clock.toUnix(image.stamps.capture) - start()));
    }

    PosixFileSystem m_files;
    std::filesystem::path m_library;
    std::unique_ptr<EpisodeReader> m_reader;
    std::unique_ptr<RobotModel> m_robot;
    std::unique_ptr<SceneSource> m_scene;
    Track<Eigen::VectorXf> m_measured;
    Track<Eigen::VectorXf> m_command;
    std::map<std::string, Track<Pose>> m_bodies;
};

EpisodeService::EpisodeService(std::filesystem::path library, QObject* parent)
    : QObject(parent), m_library(std::move(library)), m_desk(std::make_unique<Desk>(m_library))
{
    m_thread.setObjectName(QStringLiteral("episodes"));
    m_context.moveToThread(&m_thread);
    m_thread.start();
}

EpisodeService::~EpisodeService()
{
    m_thread.quit();
    m_thread.wait();
}

void EpisodeService::post(std::function<void()> job)
{
    QMetaObject::invokeMethod(&m_context, std::move(job), Qt::QueuedConnection);
}

void EpisodeService::open(const QString& id, const std::filesystem::path& folder)
{
    m_wanted = -1;
    post([this, id, folder] {
        AnnotateEpisode episode = m_desk->open(id, folder);
        QMetaObject::invokeMethod(
            this, [this, episode = std::move(episode), start = m_desk->start()] { emit opened(episode, start); },
            Qt::QueuedConnection);
    });
}

void EpisodeService::wantMoment(Timestamp time)
{
    if (m_wanted.exchange(time) >= 0) return;
    post([this] {
        const Timestamp wanted = m_wanted.exchange(-1);
        if (wanted < 0) return;
        QMetaObject::invokeMethod(
            this, [this, moment = m_desk->moment(wanted)] { emit momentReady(moment); }, Qt::QueuedConnection);
    });
}

}  // namespace understudy
