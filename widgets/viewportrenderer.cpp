#include "widgets/viewportrenderer.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <QMetaObject>

#include "core/gl/offscreencontext.h"
#include "widgets/vtkscene.h"

namespace understudy {
namespace {

struct Request {
    SceneFrame frame;
    ViewCamera camera;
    QSize pixels;
    SceneQuality quality;
};

constexpr auto kRetryAfterLoss = std::chrono::seconds(2);

}  // namespace

class ViewportRenderer::Worker {
public:
    explicit Worker(ViewportRenderer& owner) : m_owner(owner), m_thread([this](std::stop_token stop) { run(stop); }) {}

    template <typename Change>
    void change(Change change)
    {
        {
            const std::scoped_lock lock(m_mutex);
            change(*this);
        }
        m_wake.notify_one();
    }

    std::shared_ptr<const SceneModel> model = std::make_shared<SceneModel>();
    SceneColours colours;
    bool rebuild = false;
    std::optional<Request> request;

private:
    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            Result<std::unique_ptr<OffscreenContext>> context = OffscreenContext::create(GlProfile::Core);
            if (context) {
                tell([name = QString::fromStdString((*context)->renderer()), software = (*context)->isSoftware()](
                         ViewportRenderer& owner) { emit owner.started(name, software); });
                draw(**context, stop);
                if (stop.stop_requested()) return;
                tell([](ViewportRenderer& owner) {
                    emit owner.failed(
                        ViewportRenderer::tr("The 3D view lost its graphics context and is starting again."));
                });
            } else {
                tell([message = QString::fromStdString(context.error().message)](ViewportRenderer& owner) {
                    emit owner.failed(ViewportRenderer::tr("No 3D view: %1.").arg(message));
                });
            }
            std::unique_lock lock(m_mutex);
            m_wake.wait_for(lock, stop, kRetryAfterLoss, [] { return false; });
        }
    }

    void draw(const OffscreenContext& context, const std::stop_token& stop)
    {
        std::unique_ptr<VtkScene> scene;
        while (true) {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return request.has_value(); })) return;
            const Request next = std::move(*request);
            request.reset();
            const bool build = rebuild || scene == nullptr;
            rebuild = false;
            const std::shared_ptr<const SceneModel> shown = model;
            const SceneColours palette = colours;
            lock.unlock();

            if (build) {
                scene.reset();
                scene = std::make_unique<VtkScene>(*shown, palette, context.isSoftware());
            }
            const auto begin = std::chrono::steady_clock::now();
            QImage image = scene->render(next.frame, next.camera, next.pixels, next.quality);
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
            if (image.isNull() || context.isLost()) return;
            tell([image = std::move(image), ms = took.count()](ViewportRenderer& owner) {
                emit owner.rendered(image, ms);
            });
        }
    }

    template <typename Deliver>
    void tell(Deliver deliver)
    {
        QMetaObject::invokeMethod(
            &m_owner, [owner = &m_owner, deliver = std::move(deliver)] { deliver(*owner); }, Qt::QueuedConnection);
    }

    ViewportRenderer& m_owner;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::jthread m_thread;
};

ViewportRenderer::ViewportRenderer(QObject* parent) : QObject(parent), m_worker(std::make_unique<Worker>(*this)) {}

ViewportRenderer::~ViewportRenderer() = default;

void ViewportRenderer::setModel(SceneModel model)
{
    m_worker->change([shared = std::make_shared<const SceneModel>(std::move(model))](Worker& worker) {
        worker.model = shared;
        worker.rebuild = true;
    });
}

void ViewportRenderer::setColours(const SceneColours& colours)
{
    m_worker->change([&](Worker& worker) {
        worker.colours = colours;
        worker.rebuild = true;
    });
}

void ViewportRenderer::request(SceneFrame frame, const ViewCamera& camera, QSize pixels, SceneQuality quality)
{
    m_worker->change([&](Worker& worker) {
        worker.request = Request{.frame = std::move(frame), .camera = camera, .pixels = pixels, .quality = quality};
    });
}

}  // namespace understudy
