#include "app/studio/episodeplayer.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr int kPeriodMs = 16;
constexpr double kFastest = 8;
constexpr Duration kStepWithoutImages = kSecond / 30;

}  // namespace

EpisodePlayer::EpisodePlayer(QObject* parent) : QObject(parent)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(kPeriodMs);
    connect(&m_timer, &QTimer::timeout, this, &EpisodePlayer::tick);
}

void EpisodePlayer::open(Timestamp duration, std::vector<Timestamp> images)
{
    pause();
    m_duration = duration;
    m_images = std::move(images);
    m_time = 0;
}

int EpisodePlayer::image() const
{
    return static_cast<int>(std::ranges::upper_bound(m_images, m_time) - m_images.begin()) - 1;
}

void EpisodePlayer::move(Timestamp time)
{
    m_time = std::clamp<Timestamp>(time, 0, m_duration);
    emit moved(m_time);
}

void EpisodePlayer::seek(Timestamp time)
{
    pause();
    move(time);
}

void EpisodePlayer::step(int images)
{
    pause();
    if (m_images.empty()) {
        move(m_time + images * kStepWithoutImages);
        return;
    }
    const int wanted = std::clamp(image() + images, 0, static_cast<int>(m_images.size()) - 1);
    move(m_images[static_cast<std::size_t>(wanted)]);
}

void EpisodePlayer::start(double speed)
{
    m_from = m_time;
    m_speed = speed;
    m_clock.start();
    m_timer.start();
    emit speedChanged(speed);
}

void EpisodePlayer::play(double speed)
{
    m_loop.reset();
    if (speed > 0 && m_time >= m_duration) move(0);
    start(speed);
}

void EpisodePlayer::loop(Timestamp from, Timestamp to)
{
    if (to <= from) return;
    m_loop = Range{.from = from, .to = to};
    move(from);
    start(1);
}

void EpisodePlayer::pause()
{
    m_timer.stop();
    m_loop.reset();
    if (m_speed == 0) return;
    m_speed = 0;
    emit speedChanged(0);
}

void EpisodePlayer::shuttle(int direction)
{
    const bool sameWay = m_speed * direction > 0;
    play(direction * (sameWay ? std::min(kFastest, 2 * std::abs(m_speed)) : 1));
}

void EpisodePlayer::tick()
{
    const Timestamp time = m_from + static_cast<Timestamp>(static_cast<double>(m_clock.nsecsElapsed()) * m_speed);
    if (m_loop && time >= m_loop->to) {
        move(m_loop->from);
        start(m_speed);
        return;
    }
    move(time);
    if ((m_speed > 0 && time >= m_duration) || (m_speed < 0 && time <= 0)) pause();
}

}  // namespace understudy
