#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/camerasource.h"
#include "core/clock.h"
#include "core/ring.h"
#include "robots/cameras/capability.h"
#include "robots/model/scenestate.h"

namespace understudy {

struct CameraOptions {
    Shading shading = Shading::Full;              ///< wanted; lowered by measure() where it must be
    std::map<std::string, Duration> silentAfter;  ///< test fault: from this long after its start a camera sends nothing
};

/// The cameras a robot's profile names, drawn by one thread that owns the OpenGL context. Every camera has the exact
/// period grid of its announced rate; an image shows the first simulated state at or after its grid time and carries
/// that state's time as capture, also when the thread had to catch up. Cameras share the states they show.
class SimulatedCameras {
public:
    /// `states` is a simulator's scene reader. Everything outlives the cameras. Fails in words without OpenGL: a
    /// session goes on without cameras.
    [[nodiscard]] static Result<std::unique_ptr<SimulatedCameras>>
    create(const RobotModel& model, Ring<SceneState>& states, const Clock& clock, const CameraOptions& options = {});
    ~SimulatedCameras();

    /// Before any camera starts: draws for about a second, lowers what this machine cannot hold and says so in every
    /// CameraInfo::note. `budget` is the share of the drawing thread's time that may be used; 0: chosen by renderer.
    [[nodiscard]] Result<Capability> measure(double budget = 0);

    /// Those that are left after measure().
    [[nodiscard]] std::vector<CameraSource*> cameras();

private:
    struct Data;
    explicit SimulatedCameras(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

}  // namespace understudy
