#include "storage/camerastream.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(3);
constexpr auto kRecent = std::chrono::seconds(5);

void countUp(std::atomic<std::uint64_t>& counter)
{
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace

CameraStream::CameraStream(const StreamInfo& info, const CameraStreamOptions& options)
    : m_info(info),
      m_options(options),
      m_images(slotsFor(info.rateHz, options.imageSeconds), ImageRef()),
      m_packets(slotsFor(info.rateHz, options.packetSeconds), Packet())
{
}

CameraStream::~CameraStream() { stop(); }

void CameraStream::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void CameraStream::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) m_thread.join();
}

bool CameraStream::offer(const ImageRef& image)
{
    const bool taken = image != nullptr && m_images.push(image);
    if (!taken) countUp(m_counters.dropped);
    if (image != nullptr) m_counters.lastArrival.store(image->stamps.arrival, std::memory_order_relaxed);
    countUp(m_counters.offered);
    return taken;
}

std::uint64_t CameraStream::processed() const
{
    return m_encoded.load(std::memory_order_acquire) + m_lost.load(std::memory_order_acquire) +
           m_counters.dropped.load(std::memory_order_acquire);
}

std::uint64_t CameraStream::dropped() const
{
    return m_lost.load(std::memory_order_relaxed) + m_counters.dropped.load(std::memory_order_relaxed);
}

double CameraStream::fill() const
{
    const auto share = [](const auto& ring) {
        return static_cast<double>(ring.size()) / static_cast<double>(ring.capacity());
    };
    return std::max(share(m_images), share(m_packets));
}

std::string CameraStream::problem() const
{
    const std::lock_guard lock(m_problemMutex);
    return std::chrono::steady_clock::now() - m_problemAt < kRecent ? m_problem : std::string();
}

void CameraStream::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        ImageRef* waiting = m_images.front();
        if (waiting == nullptr) {
            std::this_thread::sleep_for(kPoll);
            continue;
        }
        const ImageRef image = std::move(*waiting);
        m_images.pop();
        encode(*image);
    }
}

void CameraStream::encode(const Image& image)
{
    if (!m_encoder) {
        auto encoder = VideoEncoder::create({.width = image.width,
                                             .height = image.height,
                                             .format = image.format,
                                             .rateHz = m_info.rateHz > 0 ? m_info.rateHz : 30,
                                             .preset = m_options.preset,
                                             .quality = m_options.quality});
        if (!encoder) return lose(encoder.error().message);
        m_encoder = std::move(*encoder);
        m_parameters = m_encoder->parameters();
    }
    const Result<Packet> packet = m_encoder->encode(image);
    if (!packet) return lose(packet.error().message);
    if (m_waitForKey && !packet->key) {
        countUp(m_diskLate);
        return lose("the writer was behind: images are left out until a key image");
    }
    if (!m_packets.push(*packet)) {
        // Without this packet the ones that refer to it are of no use.
        m_waitForKey = true;
        countUp(m_diskLate);
        m_encoder->requestKey();
        return lose("the disk is behind: " + std::to_string(m_packets.capacity()) + " encoded images wait");
    }
    m_waitForKey = false;
    countUp(m_encoded);
}

void CameraStream::lose(const std::string& reason)
{
    {
        const std::lock_guard lock(m_problemMutex);
        m_problem = "camera " + m_info.name + ": " + reason;
        m_problemAt = std::chrono::steady_clock::now();
    }
    countUp(m_lost);
}

}  // namespace understudy
