#pragma once

#include <QFile>
#include <QProcess>
#include <QTcpSocket>
#include <QTest>

#include <array>
#include <bit>
#include <cstring>
#include <numbers>

namespace understudy::test {

/// What a program can make Monado's "remote" driver see. Metres, OpenXR axes, quaternions x, y, z, w.
struct RemoteController {
    std::array<float, 4> orientation{0, 0, 0, 1};
    std::array<float, 3> position{};
    std::array<float, 5> curl{};  ///< little, ring, middle, index, thumb
    float trigger = 0;
    float squeeze = 0;
    std::array<float, 2> stick{};
    bool handTracked = true;
    bool active = true;
    bool a = false;
    bool b = false;
    bool stickClick = false;
};

struct RemoteState {
    std::array<float, 4> headOrientation{0, 0, 0, 1};
    std::array<float, 3> headPosition{0, 1.6F, 0};
    std::array<RemoteController, 2> controllers{};
};

/// The driver's packet: 376 bytes, little-endian, every one a full state.
inline QByteArray remotePacket(const RemoteState& state)
{
    static_assert(std::endian::native == std::endian::little);
    QByteArray bytes("mndrmt3\0", 8);
    const auto add = [&](const auto& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
    const auto flag = [&](bool value) { bytes.append(value ? '\1' : '\0'); };
    const auto fill = [&](qsizetype size) { bytes.append(QByteArray(size, '\0')); };
    for (int view = 0; view < 2; ++view) {
        add(std::array<float, 4>{-0.8F, 0.8F, 0.8F, -0.8F});
        add(std::array<float, 7>{0, 0, 0, 1, 0, 0, 0});
        fill(4);
    }
    add(state.headOrientation);
    add(state.headPosition);
    fill(4);
    for (const RemoteController& hand : state.controllers) {
        add(hand.orientation);
        add(hand.position);
        fill(24);
        add(hand.curl);
        add(hand.trigger);
        add(hand.squeeze);
        fill(4);
        add(hand.stick);
        fill(12);
        flag(hand.handTracked);
        flag(hand.active);
        fill(2);
        flag(hand.a);
        fill(1);
        flag(hand.b);
        fill(3);
        flag(hand.stickClick);
        fill(5);
    }
    return bytes;
}

/// A private Monado, started by UNDERSTUDY_MONADO (packaging/xr-run), fed over its test port.
class Monado {
public:
    ~Monado() { stop(); }

    bool start()
    {
        m_service.setProcessChannelMode(QProcess::MergedChannels);
        m_service.start(qEnvironmentVariable("UNDERSTUDY_MONADO"), QStringList());
        const QString socket = qEnvironmentVariable("XDG_RUNTIME_DIR") + "/monado_comp_ipc";
        return m_service.waitForStarted(5000) && QTest::qWaitFor([&] { return QFile::exists(socket); }, 10'000) &&
               connectFeed();
    }

    /// As if it had been killed: no farewell.
    void kill()
    {
        m_feed.abort();
        m_service.kill();
        m_service.waitForFinished(5000);
        QFile::remove(qEnvironmentVariable("XDG_RUNTIME_DIR") + "/monado_comp_ipc");
    }
    void stop()
    {
        if (m_service.state() != QProcess::NotRunning) kill();
    }
    void freeze() { ::kill(static_cast<pid_t>(m_service.processId()), SIGSTOP); }
    void thaw() { ::kill(static_cast<pid_t>(m_service.processId()), SIGCONT); }

    bool feed(const RemoteState& state)
    {
        const QByteArray packet = remotePacket(state);
        return packet.size() == 376 && m_feed.write(packet) == packet.size() && m_feed.waitForBytesWritten(2000);
    }

    QByteArray output() { return m_service.readAll(); }

private:
    bool connectFeed()
    {
        for (int attempt = 0; attempt < 50; ++attempt) {
            m_feed.connectToHost("127.0.0.1", 4242);
            if (m_feed.waitForConnected(200)) {
                m_feed.setSocketOption(QAbstractSocket::LowDelayOption, 1);
                return true;
            }
            m_feed.abort();
            QTest::qSleep(50);
        }
        return false;
    }

    QProcess m_service;
    QTcpSocket m_feed;
};

}  // namespace understudy::test
