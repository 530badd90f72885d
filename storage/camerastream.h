#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "core/media/videoencoder.h"
#include "core/record.h"
#include "core/ring.h"
#include "storage/streamqueue.h"

namespace understudy {

struct CameraStreamOptions {
    double packetSeconds = 20;  ///< packets that may wait for the writer
    double imageSeconds = 2;    ///< raw images that may wait for the encoder; they are large
    EncoderPreset preset = EncoderPreset::Superfast;
    std::string hardware;  ///< see VideoEncoderOptions; x264 takes over where it does not start
    int quality = 23;
};

/// One camera's way into the recorder: raw images → one encoder thread → packets. Encodes as long as it runs, so that
/// a take can begin with what was already encoded. Size and format are those of the first image. What the camera
/// delivers as H.264, without images that refer to later ones, is stored as it comes from a key image with parameter
/// sets on; depth images are kept to the bit.
class CameraStream {
public:
    CameraStream(const StreamInfo& info, const CameraStreamOptions& options);
    ~CameraStream();
    CameraStream(const CameraStream&) = delete;
    CameraStream& operator=(const CameraStream&) = delete;

    void start();
    /// Joins the thread; idempotent.
    void stop();

    /// Producer thread: never waits, never allocates. False: not taken.
    bool offer(const ImageRef& image);

    /// Consumer thread. The oldest packet, null when there is none; valid until pop(). Its content may be taken.
    [[nodiscard]] Packet* front() { return m_packets.front(); }
    void pop() { m_packets.pop(); }
    /// Consumer thread, once front() gave a packet.
    [[nodiscard]] const VideoParameters& parameters() const { return m_parameters; }

    /// Images that were offered and no longer wait: encoded, or lost.
    [[nodiscard]] std::uint64_t processed() const;
    [[nodiscard]] const StreamCounters& counters() const { return m_counters; }
    [[nodiscard]] std::uint64_t dropped() const;  ///< at either queue, or not encodable
    /// Of those, encoded or waiting to be, because packets wait for the disk.
    [[nodiscard]] std::uint64_t diskLate() const { return m_diskLate.load(std::memory_order_relaxed); }
    [[nodiscard]] double fill() const;  ///< of the fuller queue, 0 to 1
    /// A sentence about what went wrong in the last seconds, else empty. Any thread.
    [[nodiscard]] std::string problem() const;

private:
    void run(const std::stop_token& stop);
    void encode(const Image& image);
    void forward(const Image& image);
    void push(Packet packet);
    void lose(const std::string& reason);

    StreamInfo m_info;
    CameraStreamOptions m_options;
    Ring<ImageRef> m_images;
    Ring<Packet> m_packets;
    StreamCounters m_counters;
    std::atomic<std::uint64_t> m_encoded{0};
    std::atomic<std::uint64_t> m_lost{0};  ///< by the encoder thread
    std::atomic<std::uint64_t> m_diskLate{0};

    std::unique_ptr<VideoEncoder> m_encoder;  ///< encoder thread only
    VideoParameters m_parameters;             ///< written before the first packet is pushed
    bool m_waitForKey = false;
    mutable std::mutex m_problemMutex;
    std::string m_problem;
    std::chrono::steady_clock::time_point m_problemAt;
    std::jthread m_thread;
};

}  // namespace understudy
