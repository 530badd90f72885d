#pragma once

#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "core/timestamp.h"

namespace understudy {

/// The clock of an episode in front: where the playhead is and how fast it goes. Steps by the images' own times, never
/// by a rate. Times: ns since the episode's start. GUI thread.
class EpisodePlayer final : public QObject {
    Q_OBJECT

public:
    explicit EpisodePlayer(QObject* parent = nullptr);

    /// Goes to the start and stands. `images` rise.
    void open(Timestamp duration, std::vector<Timestamp> images);

    [[nodiscard]] Timestamp time() const { return m_time; }
    [[nodiscard]] Timestamp duration() const { return m_duration; }
    [[nodiscard]] const std::vector<Timestamp>& images() const { return m_images; }
    /// Index of the image that is shown now; -1 where there is none.
    [[nodiscard]] int image() const;
    /// 0 when it stands, negative when it goes back.
    [[nodiscard]] double speed() const { return m_speed; }
    [[nodiscard]] bool isPlaying() const { return m_speed != 0; }

    void seek(Timestamp time);
    void step(int images);
    void play(double speed);
    /// From `from` to `to`, again and again until paused.
    void loop(Timestamp from, Timestamp to);
    void pause();
    void toggle() { isPlaying() ? pause() : play(1); }
    /// Each press doubles the speed in its direction, up to eight; the first one is plain speed.
    void shuttle(int direction);

signals:
    void moved(Timestamp time);
    void speedChanged(double speed);

private:
    struct Range {
        Timestamp from = 0;
        Timestamp to = 0;
    };

    void tick();
    void start(double speed);
    void move(Timestamp time);

    Timestamp m_duration = 0;
    std::vector<Timestamp> m_images;
    Timestamp m_time = 0;
    double m_speed = 0;
    std::optional<Range> m_loop;
    QTimer m_timer;
    QElapsedTimer m_clock;
    Timestamp m_from = 0;
};

}  // namespace understudy
