#include <cstdint>
#include <cstdlib>

#include "xr/dynamixel/packet.h"

using namespace understudy;

/// Whatever a bus gives, in whatever pieces: packets that write back to packets that read the same, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static PacketScanner scanner;
    static PacketScanner again;
    scanner.clear();
    const auto bytes = std::as_bytes(std::span(data, size));
    std::vector<std::byte> out;
    for (std::size_t at = 0; at < size;) {
        const std::size_t piece = std::min<std::size_t>(1 + data[at] % 64, size - at);
        scanner.push(bytes.subspan(at, piece));
        at += piece;
        while (const DxlPacket* packet = scanner.next()) {
            if (packet->size > kDxlLongest) std::abort();
            for (std::size_t count = 1; count < 4; ++count) (void)fastSyncPart(*packet, 0, count, 4);
            if (packet->id == kDxlBroadcast || packet->size > kDxlLongest / 2) continue;
            const DxlPacket first = *packet;
            out.clear();
            writeDxl(first.id, first.instruction, first.data(), out);
            again.clear();
            again.push(out);
            const DxlPacket* second = again.next();
            if (second == nullptr || second->id != first.id || second->size != first.size) std::abort();
        }
    }
    return 0;
}
