// The official C++ writer with checksums on, as our benchmark `mcap` writes: see mcap_write.
#define MCAP_IMPLEMENTATION
#include <mcap/writer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <vector>

int main(int argc, char** argv)
{
    if (argc < 2) return 2;
    std::vector<std::byte> block(1 << 20);
    std::mt19937 random(1);
    for (std::byte& byte : block) byte = static_cast<std::byte>(random());
    for (const std::size_t bytes : {100UL, 10UL * 1024, 1024UL * 1024}) {
        const std::size_t total = 256UL << 20;
        std::vector<double> rates;
        for (int repeat = 0; repeat < 5; ++repeat) {
            mcap::McapWriterOptions options("ros2");
            options.compression = mcap::Compression::None;
            options.chunkSize = 1 << 20;
            mcap::McapWriter writer;
            const auto start = std::chrono::steady_clock::now();
            if (!writer.open(argv[1], options).ok()) return 1;
            mcap::Channel channel("/bench", "cdr", 0);
            writer.addChannel(channel);
            const std::size_t count = total / bytes;
            for (std::size_t i = 0; i < count; ++i) {
                mcap::Message message;
                message.channelId = channel.id;
                message.sequence = static_cast<std::uint32_t>(i);
                message.logTime = message.publishTime = i;
                message.data = block.data();
                message.dataSize = bytes;
                if (!writer.write(message).ok()) return 1;
            }
            writer.close();
            const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            rates.push_back(static_cast<double>(count * bytes) / (1 << 20) / seconds);
            std::remove(argv[1]);
        }
        std::sort(rates.begin(), rates.end());
        std::printf("%zu B: %.0f MiB/s\n", bytes, rates[rates.size() / 2]);
    }
}
