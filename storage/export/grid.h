#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/timestamp.h"
#include "storage/export/exportepisode.h"

namespace understudy {

/// The images of one camera as recorded. Times are Unix ns and rise.
struct CameraTimeline {
    std::string name;
    double rateHz = 0;  ///< announced
    std::vector<std::int64_t> captureNs;
};

struct GridOptions {
    int fps = 0;            ///< rows per second; 0: one row per image of the reference camera
    std::string reference;  ///< camera; empty: "head" where there is one, else the first
};

struct Grid {
    std::vector<std::int64_t> rows;  ///< Unix ns
    int fps = 0;
    std::string reference;  ///< the camera the rows follow, or "fps"
};

/// Chooses the rows of an episode between `beginNs` and `endNs`, where the robot's samples begin and end, as far as all
/// cameras reach; a camera that is missing for more than a second there shortens nothing. Images that the reference
/// camera lost get rows of their own, so that rows stay about 1/fps apart. Fails, with a reason to leave the episode
/// out, where the camera was silent for longer than two seconds or did not run at its announced rate.
[[nodiscard]] Result<Grid> makeGrid(std::span<const CameraTimeline> cameras, std::int64_t beginNs, std::int64_t endNs,
                                    const GridOptions& options);

/// For every row the image nearest in time; `times` is not empty. Equally near: the earlier.
[[nodiscard]] std::vector<ExportImage> nearestImages(std::span<const std::int64_t> rows,
                                                     std::span<const std::int64_t> times, Duration tolerance);

/// How far an image may lie from its row: three quarters of its camera's period.
[[nodiscard]] Duration imageTolerance(double rateHz);

enum class Resampling : std::uint8_t {
    Interpolate,  ///< linear between the two neighbours
    Nearest,
};

/// Brings samples that come in rising time onto the rows of a grid, keeping no more than two of them.
class VectorResampler {
public:
    /// The rows must outlive it.
    VectorResampler(std::span<const std::int64_t> rows, std::vector<std::string> names, Resampling method,
                    Duration tolerance);

    /// A sample whose time does not rise or whose values are no numbers is left out.
    void add(std::int64_t timeNs, std::span<const double> values);

    /// Rows without a sample within the tolerance are invalid and hold the nearest one.
    [[nodiscard]] ExportVector take();

private:
    void write(std::size_t row, std::span<const double> values, bool valid);

    std::span<const std::int64_t> m_rows;
    ExportVector m_result;
    Resampling m_method;
    Duration m_tolerance;
    std::size_t m_next = 0;
    std::optional<std::int64_t> m_lastTime;
    std::vector<double> m_last;
    std::vector<double> m_mixed;
};

}  // namespace understudy
