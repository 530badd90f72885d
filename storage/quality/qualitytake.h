#pragma once

#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "storage/quality/checksettings.h"
#include "storage/quality/imagefigures.h"
#include "storage/quality/motiontrack.h"
#include "storage/read/episodejson.h"
#include "storage/read/episodevalue.h"
#include "storage/read/task.h"

namespace understudy {

/// What earlier episodes of the same station and task were like.
struct QualityHistory {
    std::map<std::string, double> sharpness;  ///< per camera, the usual one; empty: not known
    std::vector<double> seconds;              ///< durations of the task's episodes
    std::vector<std::vector<float>> paths;    ///< their joint paths, as MotionTrack::path() gives them
};

/// What is known of a take before its first sample.
struct QualityTake {
    Timestamp begin = 0;
    EpisodeFile episode;              ///< robot, layout, task, calibrations; of the row what is known
    std::vector<StreamInfo> streams;  ///< prototypes are not used
    std::vector<Task> cards;          ///< the library's tasks
    QualityHistory history;
    CheckSettings settings;
};

/// One sample on its way through the checks; what it points to is valid during the call. Images of a camera that are
/// only known by their place, or not decoded, come as PacketLocation or nothing.
struct QualitySample {
    std::size_t stream = 0;  ///< index into QualityTake::streams
    Stamps stamps;
    std::uint64_t sequence = 0;
    std::variant<std::monostate, const OperatorSample*, const RobotState*, const Step*, const ImuSample*,
                 const WrenchSample*, const ContactSample*, const TaxelSample*, const TransformSample*, const Event*,
                 const PacketLocation*>
        value;

    template <typename T>
    [[nodiscard]] const T* as() const
    {
        const auto* held = std::get_if<const T*>(&value);
        return held ? *held : nullptr;
    }
};
[[nodiscard]] QualitySample sampleOf(std::size_t stream, const EpisodeValue& value);
[[nodiscard]] QualitySample sampleOf(std::size_t stream, const Record& record);

/// One picture that was looked at.
struct QualityImage {
    std::size_t stream = 0;
    Timestamp capture = 0;
    ImageFigures figures;
};

/// What every check may ask for when it gives its result.
struct QualityContext {
    const QualityTake& take;
    const MotionTrack& motion;
    Timestamp end = 0;  ///< of the take, or now while it runs
    bool running = false;
};

/// Collects findings: compares values with the settings of the take.
class QualityFindings {
public:
    explicit QualityFindings(const CheckSettings& settings) : m_settings(settings) {}

    struct Measured {
        std::string stream;
        double value = 0;
        std::string reason;  ///< used when it fails
        Timestamp from = 0;
        Timestamp to = 0;
    };
    /// Fails when the value lies on the wrong side of the check's limit.
    void judge(std::string_view check, Measured measured);
    /// Fails, whatever the limit.
    void failed(std::string_view check, Measured measured);
    /// Every check of the table that was asked about nothing passes.
    [[nodiscard]] QualityReport report() const;
    /// The heaviest failure so far, null for none.
    [[nodiscard]] const std::vector<Finding>& all() const { return m_findings; }

private:
    void add(std::string_view check, Measured measured, bool pass);

    const CheckSettings& m_settings;
    std::vector<Finding> m_findings;
};

/// One fold of the list; may answer for several rows of the table that share what they count.
class QualityCheck {
public:
    virtual ~QualityCheck() = default;
    virtual void begin(const QualityTake& take) = 0;
    virtual void add(const QualitySample& sample) { (void)sample; }
    virtual void add(const QualityImage& image) { (void)image; }
    /// At any time; a take that goes on may be asked again.
    virtual void result(const QualityContext& context, QualityFindings& findings) const = 0;
    /// Asked while the take runs: what it finds can end it.
    [[nodiscard]] virtual bool isWatched() const { return false; }
};

/// All checks over one take. Samples come in order of capture, across streams too. One thread.
class TakeQuality {
public:
    explicit TakeQuality(QualityTake take);

    void add(const QualitySample& sample);
    void add(const QualityImage& image);

    [[nodiscard]] const QualityTake& take() const { return *m_take; }
    [[nodiscard]] const MotionTrack& motion() const { return m_motion; }
    /// The usual sharpness of each camera in this take.
    [[nodiscard]] std::map<std::string, double> sharpness() const;
    [[nodiscard]] QualityReport result(Timestamp end) const;
    /// Only what can be said before the end; passes are left out.
    [[nodiscard]] QualityReport watch(Timestamp now) const;

private:
    std::unique_ptr<QualityTake> m_take;  ///< the checks keep its address
    MotionTrack m_motion;
    std::vector<std::vector<float>> m_sharpness;  ///< per stream
    std::vector<std::unique_ptr<QualityCheck>> m_checks;
};

/// "3.2 s", since the take's begin.
[[nodiscard]] std::string clockText(const QualityTake& take, Timestamp time);

}  // namespace understudy
