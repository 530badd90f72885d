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

/// The parameter sets of an access unit, with start codes; empty without both kinds.
std::vector<std::byte> parameterSetsIn(const std::vector<std::byte>& unit)
{
    constexpr unsigned kSequenceSet = 7;
    constexpr unsigned kPictureSet = 8;
    std::vector<std::byte> sets;
    unsigned kinds = 0;
    const auto startsAt = [&](std::size_t i) {
        return i + 3 < unit.size() && unit[i] == std::byte{0} && unit[i + 1] == std::byte{0} &&
               unit[i + 2] == std::byte{1};
    };
    for (std::size_t i = 0; i + 3 < unit.size(); ++i) {
        if (!startsAt(i)) continue;
        const unsigned kind = static_cast<unsigned>(unit[i + 3]) & 0x1FU;
        std::size_t end = i + 3;
        while (end < unit.size() && !startsAt(end)) ++end;
        if (end + 3 >= unit.size()) end = unit.size();
        if (kind == kSequenceSet || kind == kPictureSet) {
            std::size_t last = end;
            while (last > i + 3 && unit[last - 1] == std::byte{0}) --last;  // the start code behind may have four bytes
            sets.push_back(std::byte{0});
            sets.insert(sets.end(), unit.begin() + static_cast<std::ptrdiff_t>(i),
                        unit.begin() + static_cast<std::ptrdiff_t>(last));
            kinds |= 1U << kind;
        }
        i = end - 1;
    }
    return kinds == ((1U << kSequenceSet) | (1U << kPictureSet)) ? sets : std::vector<std::byte>();
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
        if (image->format == PixelFormat::H264)
            forward(*image);
        else
            encode(*image);
    }
}

void CameraStream::forward(const Image& image)
{
    if (image.key) {
        std::vector<std::byte> sets = parameterSetsIn(image.data);
        if (!m_parameters.extradata.empty() && !sets.empty() && sets != m_parameters.extradata)
            return lose("it changed the format of its pictures: begin a new session");
        if (m_parameters.extradata.empty() && !sets.empty())
            m_parameters = {.width = image.width, .height = image.height, .extradata = std::move(sets)};
    }
    if (m_parameters.extradata.empty()) return lose("its H.264 has not come to a key image with parameter sets yet");
    push({.stamps = image.stamps, .sequence = image.sequence, .key = image.key, .data = image.data});
}

void CameraStream::encode(const Image& image)
{
    if (!m_encoder) {
        VideoEncoderOptions options{.width = image.width,
                                    .height = image.height,
                                    .format = image.format,
                                    .rateHz = m_info.rateHz > 0 ? m_info.rateHz : 30,
                                    .preset = m_options.preset,
                                    .hardware = m_options.hardware,
                                    .quality = m_options.quality};
        auto encoder = VideoEncoder::create(options);
        if (!encoder && !options.hardware.empty()) {
            options.hardware.clear();
            encoder = VideoEncoder::create(options);
        }
        if (!encoder) return lose(encoder.error().message);
        m_encoder = std::move(*encoder);
        m_parameters = m_encoder->parameters();
    }
    Result<Packet> packet = m_encoder->encode(image);
    if (!packet) return lose(packet.error().message);
    push(std::move(*packet));
}

void CameraStream::push(Packet packet)
{
    if (m_waitForKey && !packet.key) {
        countUp(m_diskLate);
        return lose("the writer was behind: images are left out until a key image");
    }
    if (!m_packets.push(packet)) {
        // Without this packet the ones that refer to it are of no use.
        m_waitForKey = true;
        countUp(m_diskLate);
        if (m_encoder) m_encoder->requestKey();
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
