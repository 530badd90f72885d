#include "robots/cameras/scenerenderer.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "core/gl/offscreencontext.h"
#include "robots/model/mujoco.h"

namespace understudy {

struct SceneRenderer::Data {
    MjModelPtr model;
    MjDataPtr state;
    std::unique_ptr<OffscreenContext> gl;
    RenderQuality quality;
    mjrContext context{};
    mjvScene scene{};
    mjvOption option{};
    std::vector<unsigned char> rows;
};

namespace {

constexpr int kMaxGeoms = 4000;

void lower(mjModel& model, const RenderQuality& quality)
{
    model.vis.global.offwidth = quality.maxWidth;
    model.vis.global.offheight = quality.maxHeight;
    model.vis.quality.offsamples = quality.shading == Shading::Full ? 4 : 0;
    if (quality.shading != Shading::Full) model.vis.quality.shadowsize = 0;
    if (quality.shading == Shading::Coarse) {
        model.vis.quality.numslices = 12;
        model.vis.quality.numstacks = 6;
        model.vis.quality.numquads = 1;
    }
}

}  // namespace

Result<std::unique_ptr<SceneRenderer>> SceneRenderer::create(const RobotModel& model, const RenderQuality& quality)
{
    auto data = std::make_unique<Data>();
    data->quality = quality;
    Result<MjModelPtr> copy = guardMujoco([&] { return MjModelPtr(mj_copyModel(nullptr, &model.mujoco())); });
    if (!copy) return tl::unexpected(copy.error());
    data->model = std::move(*copy);
    lower(*data->model, quality);
    Result<MjDataPtr> state = makeMjData(*data->model);
    if (!state) return tl::unexpected(state.error());
    data->state = std::move(*state);
    Result<std::unique_ptr<OffscreenContext>> gl = OffscreenContext::create(GlProfile::Compatibility);
    if (!gl) return tl::unexpected(gl.error());
    data->gl = std::move(*gl);
    data->rows.resize(static_cast<std::size_t>(3) * static_cast<std::size_t>(quality.maxWidth) *
                      static_cast<std::size_t>(quality.maxHeight));
    mjv_defaultOption(&data->option);
    std::fill(std::begin(data->option.sitegroup), std::end(data->option.sitegroup), mjtByte{0});
    mjv_defaultScene(&data->scene);
    mjr_defaultContext(&data->context);

    auto renderer = std::unique_ptr<SceneRenderer>(new SceneRenderer(std::move(data)));
    if (const Result<void> bound = renderer->bind(); !bound) return tl::unexpected(bound.error());
    Data& d = *renderer->m_data;
    const Result<void> made = guardMujoco([&] {
        mjv_makeScene(d.model.get(), &d.scene, kMaxGeoms);
        mjr_makeContext(d.model.get(), &d.context, mjFONTSCALE_50);
        mjr_setBuffer(mjFB_OFFSCREEN, &d.context);
    });
    const bool offscreen = made && d.context.currentBuffer == mjFB_OFFSCREEN;
    const bool fits = offscreen && d.context.offWidth >= quality.maxWidth && d.context.offHeight >= quality.maxHeight;
    renderer->pose(model.restQpos());
    renderer->release();
    if (!made) return fail(fmt::format("OpenGL cannot draw the robot: {}.", made.error().message));
    if (!fits) return fail(fmt::format("OpenGL ({}) offers no off-screen image of this size.", d.gl->renderer()));
    if (quality.shading != Shading::Full) {
        d.scene.flags[mjRND_SHADOW] = 0;
        d.scene.flags[mjRND_REFLECTION] = 0;
    }
    return renderer;
}

SceneRenderer::SceneRenderer(std::unique_ptr<Data> data) : m_data(std::move(data)) {}

SceneRenderer::~SceneRenderer()
{
    if (bind()) {
        mjr_freeContext(&m_data->context);
        release();
    }
    mjv_freeScene(&m_data->scene);
}

Result<void> SceneRenderer::bind() { return m_data->gl->makeCurrent(); }
void SceneRenderer::release() { m_data->gl->release(); }
const std::string& SceneRenderer::rendererName() const { return m_data->gl->renderer(); }
bool SceneRenderer::isSoftware() const { return m_data->gl->isSoftware(); }

void SceneRenderer::pose(const Eigen::VectorXd& qpos)
{
    mjModel* m = m_data->model.get();
    mjData* d = m_data->state.get();
    std::copy_n(qpos.data(), std::min<Eigen::Index>(m->nq, qpos.size()), d->qpos);
    mj_kinematics(m, d);
    mj_comPos(m, d);
    mj_camlight(m, d);
}

Result<void> SceneRenderer::draw(const View& view, Image& image)
{
    Data& d = *m_data;
    if (image.format != PixelFormat::Rgb8 || image.width > d.quality.maxWidth || image.height > d.quality.maxHeight) {
        return fail("The image to draw into has the wrong format or is too large.");
    }
    mjvCamera camera;
    mjv_defaultCamera(&camera);
    if (const std::string* name = std::get_if<std::string>(&view)) {
        camera.type = mjCAMERA_FIXED;
        camera.fixedcamid = mj_name2id(d.model.get(), mjOBJ_CAMERA, name->c_str());
        if (camera.fixedcamid < 0) return fail(fmt::format("The model has no camera named \"{}\".", *name));
    } else {
        const LookAt& look = std::get<LookAt>(view);
        camera.type = mjCAMERA_FREE;
        for (int i = 0; i < 3; ++i) camera.lookat[i] = look.point[i];
        camera.distance = look.distance;
        camera.azimuth = look.azimuthDeg;
        camera.elevation = look.elevationDeg;
    }
    return guardMujoco([&] {
        const mjrRect area{0, 0, image.width, image.height};
        mjv_updateScene(d.model.get(), d.state.get(), &d.option, nullptr, &camera, mjCAT_ALL, &d.scene);
        mjr_render(area, &d.scene, &d.context);
        mjr_readPixels(d.rows.data(), nullptr, area, &d.context);
        const std::size_t row = image.bytesPerRow();
        for (int y = 0; y < image.height; ++y) {
            std::memcpy(image.data.data() + static_cast<std::size_t>(y) * row,
                        d.rows.data() + static_cast<std::size_t>(image.height - 1 - y) * row, row);
        }
    });
}

}  // namespace understudy
