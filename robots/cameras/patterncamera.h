#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/camerasource.h"
#include "core/clock.h"

namespace understudy {

struct PatternOptions {
    std::string name = "pattern";
    int width = 640;
    int height = 480;
    double rateHz = 30;
    Duration silentAfter = -1;  ///< test fault; negative: never
};

/// A test picture whose pixels carry its sequence number, so that a recording can be checked image by image.
class PatternCamera final : public CameraSource {
public:
    /// The clock outlives the camera. At least 160x120.
    PatternCamera(const PatternOptions& options, const Clock& clock);
    ~PatternCamera() override;

    [[nodiscard]] const CameraInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<ImageRef>& images() override { return m_images; }
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    [[nodiscard]] SourceHealth health() const override;

private:
    void run(const std::stop_token& stop);

    PatternOptions m_options;
    const Clock& m_clock;
    CameraInfo m_info;
    Publisher<ImageRef> m_images;
    ImagePool m_pool;
    mutable std::mutex m_mutex;
    SourceHealth m_health;
    std::jthread m_thread;
};

/// Draws the pattern with a number into an Rgb8 image.
void drawPattern(Image& image, std::uint32_t number);
/// The number in a pattern image (Rgb8 or Gray8), also after lossy encoding; nothing when it is not a whole pattern.
[[nodiscard]] std::optional<std::uint32_t> readPattern(const Image& image);

}  // namespace understudy
