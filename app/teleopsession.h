#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/sessionnote.h"
#include "app/station.h"
#include "app/takejudge.h"
#include "core/camerasource.h"
#include "core/devicesource.h"
#include "core/robotlink.h"
#include "robots/model/robotmodel.h"
#include "robots/teleop/looprunner.h"
#include "storage/blackbox.h"
#include "storage/recorder.h"

namespace understudy {

struct SessionOptions {
    Station station;
    std::filesystem::path library;
    bool practice = false;
    /// A played-back operator lets go at the end of every pass, as a person does between takes.
    bool releaseEachPass = false;
    /// A device of the caller's own drives instead of the station's rig, e.g. keyboard and mouse.
    std::unique_ptr<DeviceSource> device;
    /// A robot of the caller's own instead of the station's simulator, e.g. a real one's stand-in. Model and clock
    /// outlive it.
    std::function<Result<std::unique_ptr<RobotLink>>(const RobotModel&, const Clock&)> robot;
    /// What is being prepared, a sentence; called on the opening thread.
    std::function<void(const std::string&)> progress;
};

/// One connected run: robot, device, cameras, loop and recorder of a station, wired. Opened and used on one thread
/// (which may differ from the one it is opened on), while its parts run on theirs.
class TeleopSession {
public:
    /// Loads the robot, measures what this machine can hold, opens every stream. Nothing moves yet.
    [[nodiscard]] static Result<std::unique_ptr<TeleopSession>> open(SessionOptions options);
    ~TeleopSession();
    TeleopSession(const TeleopSession&) = delete;
    TeleopSession& operator=(const TeleopSession&) = delete;

    [[nodiscard]] Result<void> start();
    /// Ends a running take and keeps it, lets the robot hold, joins every thread. Idempotent.
    void stop();

    [[nodiscard]] Result<std::string> startTake();
    [[nodiscard]] Result<TakeReport> endTake(Outcome outcome, const std::string& cause = {});
    [[nodiscard]] Result<TakeReport> redoTake();
    void mark(const std::string& name);

    /// What the checks said of the take that ended last.
    [[nodiscard]] const LiveReport& lastQuality() const;
    /// The running take cannot become usable any more, and why. Any thread.
    [[nodiscard]] std::optional<Finding> lostTake() const;
    /// What became of the session's takes. Any thread.
    [[nodiscard]] TakeJudge& judge();

    void requestStop();
    void clearStop();
    /// While it stands nobody drives: the robot lets go, and may only go home.
    void setBarred(bool barred);
    /// The robot returns to its rest posture, slowly; again: it stops on its way. Only while it is ready.
    void goHome();
    /// Puts the objects back; a seed other than 0 varies their places.
    void resetScene(std::uint64_t seed);

    [[nodiscard]] const std::string& sessionId() const;
    [[nodiscard]] const Station& station() const;
    [[nodiscard]] const RobotModel& robot() const;
    [[nodiscard]] const RobotInfo& robotInfo() const;
    [[nodiscard]] const DeviceInfo& deviceInfo() const;
    /// What was lowered on this machine, and why; what was recovered.
    [[nodiscard]] const std::vector<SessionNote>& notes() const;

    /// The newest of each, null before the first; valid until the next call.
    [[nodiscard]] const TeleopStatus* teleop();
    [[nodiscard]] const RobotState* robotState();
    /// Of the simulator; null before the first and without one.
    [[nodiscard]] const ContactSample* contacts();
    /// qpos of the simulated scene, as RobotModel::restQpos(); null without a simulator.
    [[nodiscard]] const Eigen::VectorXd* scene();
    [[nodiscard]] std::size_t cameraCount() const;
    [[nodiscard]] const CameraInfo& camera(std::size_t index) const;
    [[nodiscard]] ImageRef image(std::size_t index);
    /// The picture of a camera that was taken at `capture` is on the screen now. One thread.
    void shown(std::size_t index, Timestamp capture);
    [[nodiscard]] RecorderStatus recorder() const;
    /// Faults since the last call, each with the file its ten seconds were kept in.
    [[nodiscard]] std::vector<BlackBoxReport> takeFaults();
    [[nodiscard]] SourceHealth robotHealth() const;
    [[nodiscard]] SourceHealth deviceHealth() const;
    /// Of the loop since the start.
    [[nodiscard]] LoopReport loop() const;

private:
    struct Parts;
    explicit TeleopSession(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

}  // namespace understudy
