#pragma once

#include "core/publisher.h"
#include "core/source.h"

namespace understudy {

struct CameraInfo {
    std::string name;  ///< file name of its video, e.g. "head", "left_wrist"
    int width = 0;
    int height = 0;
    double rateHz = 0;  ///< announced before an episode and kept through it
    PixelFormat format = PixelFormat::Rgb8;
    std::string frame;                                         ///< the frame it is fixed to
    Eigen::Matrix3d intrinsics = Eigen::Matrix3d::Identity();  ///< pixels
    Pose mount;        ///< X_FC: camera (x right, y down, z forward) in its frame
    std::string note;  ///< what was lowered on this machine and why, empty when nothing was
};

/// A simulated camera, V4L2, RTSP, a test pattern. Owns its thread, which alone publishes.
class CameraSource {
public:
    virtual ~CameraSource() = default;

    [[nodiscard]] virtual const CameraInfo& info() const = 0;
    /// Add readers before start().
    [[nodiscard]] virtual Publisher<ImageRef>& images() = 0;
    [[nodiscard]] virtual Result<void> start(RecordSink& sink) = 0;
    /// Idempotent; joins the thread.
    virtual void stop() = 0;
    [[nodiscard]] virtual SourceHealth health() const = 0;
};

}  // namespace understudy
