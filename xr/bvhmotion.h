#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/operatorsample.h"
#include "xr/bvhfile.h"
#include "xr/bvhskeleton.h"

namespace understudy {

/// A human motion from a BVH file as canonical operator poses: metres, REP-103, the floor at 0, starting above the
/// origin with the pelvis facing +x, T-pose = identity. A value; const calls from any thread.
class BvhMotion {
public:
    /// Fails for a file that is missing, larger than 256 MiB, broken, or no person; the message names file and line.
    [[nodiscard]] static Result<BvhMotion> load(const std::filesystem::path& path, const BvhOptions& options = {});
    /// The same from text; `name` stands in for the file's.
    [[nodiscard]] static Result<BvhMotion> parse(std::string_view text, const std::string& name,
                                                 const BvhOptions& options = {});

    /// First to last frame, seconds.
    [[nodiscard]] double duration() const { return (m_file.frameCount - 1) / m_rate; }
    /// Frames per second; a frame time rounded to six decimals still gives the whole rate that was meant.
    [[nodiscard]] double rate() const { return m_rate; }
    [[nodiscard]] int frameCount() const { return m_file.frameCount; }
    [[nodiscard]] const std::string& name() const { return m_name; }  ///< file name without folder
    [[nodiscard]] const BvhSkeleton& skeleton() const { return m_skeleton; }

    /// Body poses between the two nearest frames, held before the first and after the last; everything else of the
    /// sample is empty. Never allocates.
    [[nodiscard]] OperatorSample sampleAt(double seconds) const;

private:
    BvhMotion(BvhFile file, BvhSkeleton skeleton, std::string name);

    BvhFile m_file;
    BvhSkeleton m_skeleton;
    std::string m_name;
    double m_rate = 0;
    Pose m_start;  ///< from the file's place and heading to ours
};

}  // namespace understudy
