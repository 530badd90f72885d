#include "robots/cameras/patterncamera.h"

#include <array>
#include <chrono>
#include <cmath>

#include <pthread.h>

namespace understudy {
namespace {

// Black and white cells: 32 bits of the number and 8 of a checksum, eight a row.
constexpr int kColumns = 8;
constexpr int kRows = 5;
constexpr std::size_t kPoolImages = 8;

struct Cells {
    int side = 0;
    int left = 0;
    int top = 0;
};

Cells cellsOf(const Image& image)
{
    const int side = std::min(image.width / 12, image.height / 9);
    return {.side = side, .left = side, .top = side};
}

std::uint8_t checksum(std::uint32_t number)
{
    std::uint32_t mixed = number * 2654435761U + 0x5AU;
    mixed ^= mixed >> 15;
    return static_cast<std::uint8_t>(mixed ^ (mixed >> 8));
}

std::uint64_t bitsOf(std::uint32_t number) { return (static_cast<std::uint64_t>(checksum(number)) << 32) | number; }

}  // namespace

void drawPattern(Image& image, std::uint32_t number)
{
    const Cells cells = cellsOf(image);
    const std::uint64_t bits = bitsOf(number);
    const std::size_t rowBytes = image.bytesPerRow();
    for (int y = 0; y < image.height; ++y) {
        std::byte* row = image.data.data() + static_cast<std::size_t>(y) * rowBytes;
        for (int x = 0; x < image.width; ++x) {
            const int moving = (x + static_cast<int>(number % 4096U) * 3) % image.width;
            std::array<int, 3> colour{40 + 160 * moving / image.width, 60 + 120 * y / image.height, 120};
            const int column = (x - cells.left) / std::max(cells.side, 1),
                      line = (y - cells.top) / std::max(cells.side, 1);
            if (x >= cells.left && y >= cells.top && column < kColumns && line < kRows) {
                const bool isSet = (bits >> (line * kColumns + column)) & 1U;
                colour.fill(isSet ? 235 : 16);
            }
            for (int c = 0; c < 3; ++c) row[3 * x + c] = static_cast<std::byte>(colour[static_cast<std::size_t>(c)]);
        }
    }
}

std::optional<std::uint32_t> readPattern(const Image& image)
{
    const std::size_t pixel = image.format == PixelFormat::Rgb8 ? 3 : image.format == PixelFormat::Gray8 ? 1 : 0;
    const Cells cells = cellsOf(image);
    if (pixel == 0 || cells.side < 4 ||
        image.data.size() < image.bytesPerRow() * static_cast<std::size_t>(image.height)) {
        return std::nullopt;
    }
    std::uint64_t bits = 0;
    for (int bit = 0; bit < kColumns * kRows; ++bit) {
        const int x = cells.left + (bit % kColumns) * cells.side + cells.side / 2;
        const int y = cells.top + (bit / kColumns) * cells.side + cells.side / 2;
        const std::size_t at = static_cast<std::size_t>(y) * image.bytesPerRow() + static_cast<std::size_t>(x) * pixel;
        int sum = 0;
        for (std::size_t c = 0; c < pixel; ++c) sum += static_cast<int>(image.data[at + c]);
        const int level = sum / static_cast<int>(pixel);
        if (level > 90 && level < 165) return std::nullopt;
        if (level >= 165) bits |= std::uint64_t{1} << bit;
    }
    const auto number = static_cast<std::uint32_t>(bits);
    if (bitsOf(number) != bits) return std::nullopt;
    return number;
}

PatternCamera::PatternCamera(const PatternOptions& options, const Clock& clock)
    : m_options(options), m_clock(clock), m_pool(options.width, options.height, PixelFormat::Rgb8, kPoolImages)
{
    m_info.name = options.name;
    m_info.width = options.width;
    m_info.height = options.height;
    m_info.rateHz = options.rateHz;
    m_info.frame = options.name;
    m_images.prepare(m_pool.take());
}

PatternCamera::~PatternCamera() { stop(); }

Result<void> PatternCamera::start(RecordSink& sink)
{
    if (m_thread.joinable()) return fail("The pattern camera is running already.");
    if (m_options.width < 160 || m_options.height < 120 || m_options.rateHz <= 0) {
        return fail("A pattern camera needs at least 160x120 and a rate above 0.");
    }
    StreamInfo stream;
    stream.name = m_info.name;
    stream.kind = "camera";
    stream.rateHz = m_info.rateHz;
    stream.frame = m_info.frame;
    if (const Result<void> opened = m_images.recordTo(sink, stream); !opened) return opened;
    m_health = {.state = SourceState::Connecting};
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return {};
}

void PatternCamera::stop()
{
    if (!m_thread.joinable()) return;
    m_thread.request_stop();
    m_thread.join();
    m_health.state = SourceState::Stopped;
}

SourceHealth PatternCamera::health() const
{
    const std::lock_guard lock(m_mutex);
    return m_health;
}

void PatternCamera::run(const std::stop_token& stop)
{
    pthread_setname_np(pthread_self(), "pattern");
    const Timestamp origin = m_clock.now();
    for (std::uint32_t tick = 0; !stop.stop_requested(); ++tick) {
        const Timestamp due = origin + std::llround(tick * 1e9 / m_options.rateHz);
        std::this_thread::sleep_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(due)));
        const bool isSilent = m_options.silentAfter >= 0 && due - origin >= m_options.silentAfter;
        if (isSilent) {
            const std::lock_guard lock(m_mutex);
            m_health.state = SourceState::Silent;
            m_health.problem = "The pattern camera went silent.";
            continue;
        }
        std::shared_ptr<Image> image = m_pool.take();
        drawPattern(*image, tick);
        image->sequence = tick;
        image->stamps = {.device = due - origin, .capture = due, .arrival = m_clock.now()};
        m_images.value() = std::move(image);
        const bool taken = m_images.publish();
        const std::lock_guard lock(m_mutex);
        m_health.state = SourceState::Running;
        m_health.samples = tick + 1;
        m_health.dropped += taken ? 0 : 1;
        m_health.lastArrival = m_clock.now();
        const double elapsed = toSeconds(m_health.lastArrival - origin);
        m_health.rateHz = elapsed > 0.5 ? (tick + 1) / elapsed : m_options.rateHz;
    }
}

}  // namespace understudy
