#pragma once

#include "xr/scriptedsource.h"

namespace understudy {

/// Keyboard and mouse as an operator: two hands in the air, facing +x, that are pushed about. Drives in clutch mode.
///
/// What is asked for comes from one thread, the GUI's; the samples come from the device's own at kRateHz. Hands glide
/// to where they were pushed at a bounded speed, so that no push is a jump. Hold-to-drive counts only while the asking
/// thread shows signs of life: a GUI that hangs has let go.
class MouseSource final : public DeviceSource {
public:
    static constexpr double kRateHz = 100;
    static constexpr double kSpeed = 0.6;                      ///< m/s
    static constexpr double kTurnSpeed = 2.0;                  ///< rad/s
    static constexpr Duration kAliveFor = 250 * kMillisecond;  ///< a GUI silent for longer has let go

    MouseSource();
    ~MouseSource() override;

    // One thread: the asking one.
    void hold(bool held);
    /// Shows that the asking thread lives; about every 30 ms.
    void keepAlive();
    void push(Side side, const Eigen::Vector3d& metres);          ///< axes of the robot's base
    void turn(Side side, const Eigen::Vector3d& rotationVector);  ///< rad, axes of the robot's base
    void setClosure(Side side, float closure);                    ///< 0 open to 1 closed
    [[nodiscard]] bool isHeld() const { return m_wish.held; }
    [[nodiscard]] float closure(Side side) const { return m_wish.closure[static_cast<std::size_t>(indexOf(side))]; }

    [[nodiscard]] const DeviceInfo& info() const override { return m_source.info(); }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_source.samples(); }
    [[nodiscard]] Result<void> start(RecordSink& sink) override { return m_source.start(sink); }
    void stop() override { m_source.stop(); }
    /// The page shows it all.
    void feedback(const OperatorFeedback&) override {}
    [[nodiscard]] SourceHealth health() const override { return m_source.health(); }

private:
    struct Wish {
        bool held = false;
        Timestamp alive = 0;
        std::array<Pose, kSideCount> hands{};
        std::array<float, kSideCount> closure{};
    };

    void publish();
    bool follow(OperatorSample& sample);

    SteadyClock m_clock;
    Wish m_wish;            ///< the asking thread's
    Latest<Wish> m_wished;  ///< from it to the device's
    Wish m_now;             ///< the device thread's: where the hands are
    ScriptedSource m_source;
};

}  // namespace understudy
