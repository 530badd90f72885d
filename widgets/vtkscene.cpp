#include "widgets/vtkscene.h"

#include <cmath>
#include <numbers>

#include <QColor>
#include <QtGlobal>
#include <vtkActor.h>
#include <vtkCallbackCommand.h>
#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkFloatArray.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkLight.h>
#include <vtkLogger.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOpenGLState.h>
#include <vtkOutputWindow.h>
#include <vtkPlane.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

namespace understudy {
namespace {

constexpr int kSamples = 4;                ///< of a pixel, to smooth edges
constexpr unsigned kLessOrEqual = 0x0203;  ///< GL_LEQUAL

/// VTK's messages go to Qt's log. Debian's GLEW is built for GLX and complains on EGL on every frame although all
/// it loaded works.
class LogWindow final : public vtkOutputWindow {
public:
    static LogWindow* New();
    vtkTypeMacro(LogWindow, vtkOutputWindow) void DisplayText(const char* text) override
    {
        if (std::string_view(text).find("GLEW could not be initialized") == std::string_view::npos)
            qWarning("vtk: %s", text);
    }
};
LogWindow* LogWindow::New() { VTK_STANDARD_NEW_BODY(LogWindow); }

void toVtk(QRgb colour, double into[3])
{
    into[0] = qRed(colour) / 255.0;
    into[1] = qGreen(colour) / 255.0;
    into[2] = qBlue(colour) / 255.0;
}

vtkSmartPointer<vtkMatrix4x4> toVtk(const Pose& pose)
{
    const Eigen::Matrix3d rotation = pose.orientation.toRotationMatrix();
    auto matrix = vtkSmartPointer<vtkMatrix4x4>::New();
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) matrix->SetElement(row, column, rotation(row, column));
        matrix->SetElement(row, 3, pose.position[row]);
    }
    return matrix;
}

/// Triangles with flat edges kept: a vertex is split where its faces differ by more than about 35 degrees.
vtkSmartPointer<vtkPolyData> toPolyData(const SceneShape& shape)
{
    std::vector<Eigen::Vector3f> faceNormals;
    faceNormals.reserve(shape.triangles.size());
    std::vector<std::vector<std::uint32_t>> facesOf(shape.vertices.size());
    for (std::size_t face = 0; face < shape.triangles.size(); ++face) {
        const auto& [a, b, c] = shape.triangles[face];
        faceNormals.push_back((shape.vertices[b] - shape.vertices[a]).cross(shape.vertices[c] - shape.vertices[a]));
        for (const std::uint32_t vertex : shape.triangles[face])
            facesOf[vertex].push_back(static_cast<std::uint32_t>(face));
    }

    vtkNew<vtkPoints> points;
    vtkNew<vtkFloatArray> normals;
    normals->SetNumberOfComponents(3);
    normals->SetName("Normals");
    vtkNew<vtkCellArray> cells;
    for (std::size_t face = 0; face < shape.triangles.size(); ++face) {
        const Eigen::Vector3f own = faceNormals[face].normalized();
        cells->InsertNextCell(3);
        for (const std::uint32_t vertex : shape.triangles[face]) {
            Eigen::Vector3f normal = Eigen::Vector3f::Zero();
            for (const std::uint32_t other : facesOf[vertex])
                if (faceNormals[other].normalized().dot(own) > 0.82F) normal += faceNormals[other];
            normal.normalize();
            const Eigen::Vector3f& point = shape.vertices[vertex];
            cells->InsertCellPoint(points->InsertNextPoint(point.x(), point.y(), point.z()));
            normals->InsertNextTuple3(normal.x(), normal.y(), normal.z());
        }
    }
    auto data = vtkSmartPointer<vtkPolyData>::New();
    data->SetPoints(points);
    data->SetPolys(cells);
    data->GetPointData()->SetNormals(normals);
    return data;
}

vtkSmartPointer<vtkActor> toActor(vtkPolyData* data)
{
    vtkNew<vtkPolyDataMapper> mapper;
    mapper->SetInputData(data);
    mapper->StaticOn();
    auto actor = vtkSmartPointer<vtkActor>::New();
    actor->SetMapper(mapper);
    return actor;
}

/// Line segments or triangles of plain colour, given anew for every picture: frames, trails, frusta, contacts, the
/// floor.
class Marks {
public:
    enum class Of { Lines, Triangles };

    Marks(vtkRenderer* renderer, Of of)
    {
        m_colours->SetNumberOfComponents(4);
        m_data->SetPoints(m_points);
        if (of == Of::Lines)
            m_data->SetLines(m_cells);
        else
            m_data->SetPolys(m_cells);
        m_data->GetCellData()->SetScalars(m_colours);
        vtkNew<vtkPolyDataMapper> mapper;
        mapper->SetInputData(m_data);
        vtkNew<vtkActor> actor;
        actor->SetMapper(mapper);
        actor->GetProperty()->SetLighting(false);
        actor->GetProperty()->SetLineWidth(2);
        actor->PickableOff();
        renderer->AddActor(actor);
    }

    void clear()
    {
        m_points->Reset();
        m_cells->Reset();
        m_colours->Reset();
    }

    void add(std::initializer_list<Eigen::Vector3d> corners, QRgb colour, double opacity = 1)
    {
        m_cells->InsertNextCell(static_cast<int>(corners.size()));
        for (const Eigen::Vector3d& corner : corners)
            m_cells->InsertCellPoint(m_points->InsertNextPoint(corner.data()));
        m_colours->InsertNextTuple4(qRed(colour), qGreen(colour), qBlue(colour), 255 * opacity);
    }

    void finish()
    {
        m_points->Modified();
        m_cells->Modified();
        m_colours->Modified();
        m_data->Modified();
    }

private:
    vtkNew<vtkPoints> m_points;
    vtkNew<vtkCellArray> m_cells;
    vtkNew<vtkUnsignedCharArray> m_colours;
    vtkNew<vtkPolyData> m_data;
};

/// A six-sided shaft and head; the sides away from the light a little darker, so that it reads as solid.
void addArrow(Marks& faces, const Eigen::Vector3d& from, const Eigen::Vector3d& along, QRgb colour)
{
    constexpr int kSides = 6;
    constexpr double kHead = 0.032;
    constexpr double kHeadRadius = 0.013;
    constexpr double kShaftRadius = 0.0045;
    const double length = along.norm();
    if (length < 1e-9) return;
    const Eigen::Vector3d way = along / length;
    const Eigen::Vector3d across = way.unitOrthogonal();
    const Eigen::Vector3d other = way.cross(across);
    const Eigen::Vector3d tip = from + along;
    const Eigen::Vector3d neck = tip - std::min(kHead, length) * way;
    const auto rim = [&](int side) -> Eigen::Vector3d {
        const double angle = 2 * std::numbers::pi * side / kSides;
        return std::cos(angle) * across + std::sin(angle) * other;
    };
    for (int side = 0; side < kSides; ++side) {
        const Eigen::Vector3d one = rim(side);
        const Eigen::Vector3d two = rim(side + 1);
        const QRgb shade = QColor(colour).darker(100 + 14 * std::abs(side - kSides / 2)).rgb();
        faces.add({neck + kHeadRadius * one, neck + kHeadRadius * two, tip}, shade);
        faces.add({neck + kHeadRadius * two, neck + kHeadRadius * one, neck}, shade);
        faces.add({from + kShaftRadius * one, from + kShaftRadius * two, neck + kShaftRadius * two}, shade);
        faces.add({from + kShaftRadius * one, neck + kShaftRadius * two, neck + kShaftRadius * one}, shade);
    }
}

/// A ghost inside its solid twin only muddies it.
bool coincide(const Pose& a, const Pose& b)
{
    return (a.position - b.position).norm() < 0.004 && a.orientation.angularDistance(b.orientation) < 0.02;
}

/// Fades to nothing at kFloorReach, so that the grid has no edge.
constexpr double kFloorReach = 4.5;  ///< m

double floorOpacity(double distance)
{
    const double share = std::clamp(distance / kFloorReach, 0.0, 1.0);
    return (1 - share) * (1 - share) * (1 + 2 * share);
}

QRgb mixed(QRgb from, QRgb to, double share)
{
    const auto part = [&](int a, int b) { return static_cast<int>(a + share * (b - a)); };
    return qRgb(part(qRed(from), qRed(to)), part(qGreen(from), qGreen(to)), part(qBlue(from), qBlue(to)));
}

/// Half a metre apart, every second one stronger. Opaque: what is translucent is drawn over what stands before it.
void addFloorLines(Marks& lines, QRgb floor, QRgb colour)
{
    constexpr int kReach = 8;
    constexpr double kSpacing = 0.5;
    constexpr double kHeight = 0.002;
    for (int i = -kReach; i <= kReach; ++i) {
        const double strength = i % 2 == 0 ? 0.9 : 0.4;
        for (int j = -kReach; j < kReach; ++j) {
            const double across = i * kSpacing;
            const double from = j * kSpacing;
            const double opacity = strength * floorOpacity(std::hypot(across, from + kSpacing / 2));
            if (opacity < 0.02) continue;
            const QRgb shade = mixed(floor, colour, opacity);
            lines.add({{across, from, kHeight}, {across, from + kSpacing, kHeight}}, shade);
            lines.add({{from, across, kHeight}, {from + kSpacing, across, kHeight}}, shade);
        }
    }
    lines.finish();
}

constexpr double kShadowHeight = 0.001;  ///< m above the floor

/// Throws a point of the world onto the floor, as a light high up on one side does. What was above stays above, by a
/// hair: so what is below the floor can be cut off.
vtkSmartPointer<vtkMatrix4x4> shadowOf(const Pose& pose)
{
    vtkNew<vtkMatrix4x4> onto;
    onto->SetElement(0, 2, -0.18);
    onto->SetElement(1, 2, -0.28);
    onto->SetElement(2, 2, 0.0001);
    onto->SetElement(2, 3, kShadowHeight);
    auto matrix = vtkSmartPointer<vtkMatrix4x4>::New();
    vtkMatrix4x4::Multiply4x4(onto, toVtk(pose), matrix);
    return matrix;
}

/// Nothing is seen below a height of the world.
void cutBelow(vtkActor* actor, double height)
{
    vtkNew<vtkPlane> plane;
    plane->SetOrigin(0, 0, height);
    plane->SetNormal(0, 0, 1);
    actor->GetMapper()->AddClippingPlane(plane);
}

}  // namespace

struct VtkScene::Parts {
    struct Piece {
        int body;
        vtkSmartPointer<vtkActor> solid;
        vtkSmartPointer<vtkActor> ghost;
        vtkSmartPointer<vtkActor> shadow;
        bool isFree;
    };

    vtkNew<vtkGenericOpenGLRenderWindow> window;
    vtkNew<vtkRenderer> renderer;
    vtkNew<vtkCallbackCommand> contextAnswers;
    vtkNew<vtkUnsignedCharArray> pixels;
    std::vector<Piece> pieces;
    std::unique_ptr<Marks> floor;
    std::unique_ptr<Marks> lines;
    std::unique_ptr<Marks> arrows;
    SceneColours colours;
    SceneTarget target = SceneTarget::Image;
    bool software = false;

    void answerContextQuestions();
    void light();
    void addShapes(const SceneModel& model);
    void drawMarks(const SceneFrame& frame);
    void aim(const ViewCamera& camera);
};

void VtkScene::Parts::answerContextQuestions()
{
    contextAnswers->SetCallback([](vtkObject*, unsigned long event, void*, void* data) {
        if (event == vtkCommand::WindowIsCurrentEvent || event == vtkCommand::WindowIsDirectEvent)
            *static_cast<bool*>(data) = true;
        if (event == vtkCommand::WindowSupportsOpenGLEvent) *static_cast<int*>(data) = 1;
    });
    for (const auto event : {vtkCommand::WindowMakeCurrentEvent, vtkCommand::WindowIsCurrentEvent,
                             vtkCommand::WindowIsDirectEvent, vtkCommand::WindowSupportsOpenGLEvent})
        window->AddObserver(event, contextAnswers);
}

void VtkScene::Parts::light()
{
    renderer->AutomaticLightCreationOff();
    const auto add = [&](double x, double y, double z, double intensity) {
        vtkNew<vtkLight> light;
        light->SetLightTypeToCameraLight();
        light->SetPosition(x, y, z);
        light->SetFocalPoint(0, 0, 0);
        light->SetIntensity(intensity);
        renderer->AddLight(light);
    };
    add(-0.7, 1.0, 0.9, 0.9);
    add(0.9, 0.3, 0.6, 0.36);
    add(0.2, 0.8, -0.9, 0.45);  // from behind: draws the outline
}

void VtkScene::Parts::addShapes(const SceneModel& model)
{
    double ghostColour[3];
    toVtk(colours.ghost, ghostColour);
    double shadowColour[3];
    toVtk(colours.shadow, shadowColour);
    for (const SceneShape& shape : model.shapes) {
        const vtkSmartPointer<vtkPolyData> data = toPolyData(shape);
        Piece piece{.body = shape.body,
                    .solid = toActor(data),
                    .ghost = nullptr,
                    .shadow = toActor(data),
                    .isFree = shape.isFree};
        vtkProperty* property = piece.solid->GetProperty();
        property->SetColor(shape.colour[0], shape.colour[1], shape.colour[2]);
        property->SetOpacity(shape.colour[3]);
        property->SetAmbient(0.25);
        property->SetAmbientColor(shape.colour[0], shape.colour[1], shape.colour[2]);
        property->SetDiffuse(0.8);
        property->SetSpecular(shape.isRobot ? 0.22 : 0.06);
        property->SetSpecularPower(28);
        property->BackfaceCullingOn();
        if (!shape.isRobot) cutBelow(piece.solid, 0);
        renderer->AddActor(piece.solid);
        piece.shadow->GetProperty()->SetColor(shadowColour);
        piece.shadow->GetProperty()->SetLighting(false);
        piece.shadow->PickableOff();
        cutBelow(piece.shadow, kShadowHeight);
        renderer->AddActor(piece.shadow);
        if (shape.isRobot) {
            piece.ghost = toActor(data);
            piece.ghost->GetProperty()->SetColor(ghostColour);
            piece.ghost->GetProperty()->SetOpacity(0.34);
            piece.ghost->GetProperty()->SetAmbient(0.5);
            piece.ghost->GetProperty()->SetAmbientColor(ghostColour);
            piece.ghost->GetProperty()->BackfaceCullingOn();
            piece.ghost->VisibilityOff();
            renderer->AddActor(piece.ghost);
        }
        pieces.push_back(std::move(piece));
    }
}

void VtkScene::Parts::drawMarks(const SceneFrame& frame)
{
    constexpr double kAxis = 0.1;
    constexpr double kFrustumDepth = 0.09;
    constexpr double kMetresPerNewton = 0.004;
    lines->clear();
    arrows->clear();
    for (const Pose& pose : frame.frames) {
        lines->add({pose.position, pose * Eigen::Vector3d(kAxis, 0, 0)}, qRgb(240, 98, 110));
        lines->add({pose.position, pose * Eigen::Vector3d(0, kAxis, 0)}, qRgb(63, 191, 130));
        lines->add({pose.position, pose * Eigen::Vector3d(0, 0, kAxis)}, qRgb(70, 130, 240));
    }
    for (const SceneContact& contact : frame.contacts) {
        const double length = std::clamp(contact.force * kMetresPerNewton, 0.05, 0.3);
        addArrow(*arrows, contact.position, length * contact.normal, colours.caution);
    }
    for (const SceneTrail& trail : frame.trails)
        for (std::size_t i = 1; i < trail.points.size(); ++i)
            lines->add({trail.points[i - 1], trail.points[i]}, trail.isGhost ? colours.ghost : colours.accent,
                       static_cast<double>(i) / static_cast<double>(trail.points.size()));
    for (const SceneFrustum& frustum : frame.frusta) {
        const double high = kFrustumDepth * std::tan(frustum.verticalFov / 2);
        const double wide = high * frustum.aspect;
        std::array<Eigen::Vector3d, 4> corners;
        for (std::size_t i = 0; i < 4; ++i)
            corners[i] =
                frustum.camera * Eigen::Vector3d(i == 0 || i == 3 ? -wide : wide, i < 2 ? -high : high, kFrustumDepth);
        for (std::size_t i = 0; i < 4; ++i) {
            lines->add({frustum.camera.position, corners[i]}, colours.accent, 0.6);
            lines->add({corners[i], corners[(i + 1) % 4]}, colours.accent, 0.6);
        }
    }
    lines->finish();
    arrows->finish();
}

void VtkScene::Parts::aim(const ViewCamera& camera)
{
    const Eigen::Vector3d eye = camera.eye();
    vtkCamera* view = renderer->GetActiveCamera();
    view->SetPosition(eye.x(), eye.y(), eye.z());
    view->SetFocalPoint(camera.focus.x(), camera.focus.y(), camera.focus.z());
    view->SetViewUp(0, 0, 1);
    view->SetViewAngle(ViewCamera::kVerticalFov * 180 / std::numbers::pi);
    renderer->ResetCameraClippingRange();
}

VtkScene::VtkScene(const SceneModel& model, const SceneColours& colours, bool software, SceneTarget target)
    : m_parts(new Parts)
{
    vtkNew<LogWindow> log;
    vtkOutputWindow::SetInstance(log);
    vtkLogger::SetStderrVerbosity(vtkLogger::VERBOSITY_OFF);

    Parts& parts = *m_parts;
    parts.colours = colours;
    parts.answerContextQuestions();
    parts.window->SetOwnContext(0);
    parts.window->SetForceMaximumHardwareLineWidth(1);
    parts.window->SetReadyForRendering(true);
    parts.target = target;
    parts.software = software;
    if (target == SceneTarget::Image)
        parts.window->SetFrameBlitModeToNoBlit();
    else
        parts.window->SetFrameBlitModeToBlitToCurrent();
    parts.window->SetMultiSamples(software ? 0 : kSamples);
    parts.window->OpenGLInitContext();
    parts.window->AddRenderer(parts.renderer);

    double rgb[3];
    toVtk(colours.horizon, rgb);
    parts.renderer->SetBackground(rgb);
    toVtk(colours.sky, rgb);
    parts.renderer->SetBackground2(rgb);
    parts.renderer->GradientBackgroundOn();
    parts.light();
    parts.addShapes(model);
    parts.floor = std::make_unique<Marks>(parts.renderer, Marks::Of::Lines);
    addFloorLines(*parts.floor, colours.floor, colours.line);
    parts.lines = std::make_unique<Marks>(parts.renderer, Marks::Of::Lines);
    parts.arrows = std::make_unique<Marks>(parts.renderer, Marks::Of::Triangles);
}

VtkScene::~VtkScene() { m_parts->window->Finalize(); }

void VtkScene::draw(const SceneFrame& frame, const ViewCamera& camera, QSize pixels, SceneQuality quality)
{
    Parts& parts = *m_parts;
    for (const Parts::Piece& piece : parts.pieces) {
        const auto body = static_cast<std::size_t>(piece.body);
        const bool placed = body < frame.bodies.size() && (frame.objects || !piece.isFree);
        piece.solid->SetVisibility(placed);
        piece.shadow->SetVisibility(placed);
        if (placed) {
            piece.solid->SetUserMatrix(toVtk(frame.bodies[body]));
            piece.shadow->SetUserMatrix(shadowOf(frame.bodies[body]));
        }
        if (piece.ghost == nullptr) continue;
        const bool shown = body < frame.ghost.size() && !coincide(frame.ghost[body], frame.bodies[body]);
        piece.ghost->SetVisibility(shown);
        if (shown) piece.ghost->SetUserMatrix(toVtk(frame.ghost[body]));
    }
    parts.drawMarks(frame);
    if (parts.software) parts.window->SetMultiSamples(quality == SceneQuality::Still ? kSamples : 0);
    parts.window->SetSize(pixels.width(), pixels.height());
    parts.aim(camera);
    vtkOpenGLState* state = parts.window->GetState();
    if (parts.target == SceneTarget::BoundFramebuffer) {
        state->Reset();
        state->Push();
        state->vtkglDepthFunc(kLessOrEqual);
        state->ResetFramebufferBindings();
    }
    parts.window->Render();
    if (parts.target == SceneTarget::BoundFramebuffer) state->Pop();
}

QImage VtkScene::render(const SceneFrame& frame, const ViewCamera& camera, QSize pixels, SceneQuality quality)
{
    draw(frame, camera, pixels, quality);
    Parts& parts = *m_parts;
    const int width = pixels.width();
    const int height = pixels.height();
    parts.window->GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, parts.pixels);
    if (parts.pixels->GetNumberOfValues() < vtkIdType{4} * width * height) return {};
    // OpenGL has its first row at the bottom, and red before blue.
    QImage image(pixels, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        const unsigned char* from = parts.pixels->GetPointer(vtkIdType{4} * width * (height - 1 - y));
        auto* to = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x, from += 4) to[x] = qRgb(from[0], from[1], from[2]);
    }
    return image;
}

}  // namespace understudy
