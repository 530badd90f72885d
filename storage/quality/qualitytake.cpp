#include "storage/quality/qualitytake.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

bool fails(const CheckRow& row, double value, double limit)
{
    return row.fails == CheckSide::Above ? value > limit : value < limit;
}

template <typename Variant>
QualitySample sampleFrom(std::size_t stream, const Variant& held)
{
    QualitySample sample{.stream = stream, .stamps = stampsOf(held), .sequence = sequenceOf(held), .value = {}};
    std::visit(
        [&](const auto& value) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, ImageRef>) sample.value = &value;
        },
        held);
    return sample;
}

}  // namespace

QualitySample sampleOf(std::size_t stream, const EpisodeValue& value) { return sampleFrom(stream, value); }
QualitySample sampleOf(std::size_t stream, const Record& record) { return sampleFrom(stream, record); }

void QualityFindings::judge(std::string_view check, Measured measured)
{
    add(check, std::move(measured), !fails(*checkNamed(check), measured.value, m_settings.limit(check)));
}

void QualityFindings::failed(std::string_view check, Measured measured) { add(check, std::move(measured), false); }

void QualityFindings::add(std::string_view check, Measured measured, bool pass)
{
    const CheckSetting& setting = m_settings.at(check);
    if (!setting.on) return;
    m_findings.push_back({.check = std::string(check),
                          .stream = std::move(measured.stream),
                          .value = measured.value,
                          .limit = setting.limit,
                          .unit = std::string(checkNamed(check)->unit),
                          .pass = pass,
                          .weight = setting.weight,
                          .reason = pass ? std::string() : std::move(measured.reason),
                          .from = measured.from,
                          .to = measured.to});
}

QualityReport QualityFindings::report() const
{
    QualityReport report;
    for (const CheckRow& row : checkTable()) {
        const CheckSetting& setting = m_settings.at(row.name);
        if (!setting.on) continue;
        const Finding* nearest = nullptr;  // of those that passed
        bool failed = false;
        for (const Finding& finding : m_findings) {
            if (finding.check != row.name) continue;
            if (!finding.pass) {
                report.findings.push_back(finding);
                failed = true;
            } else if (nearest == nullptr || (row.fails == CheckSide::Above ? finding.value > nearest->value
                                                                            : finding.value < nearest->value)) {
                nearest = &finding;
            }
        }
        if (failed) continue;
        if (nearest != nullptr)
            report.findings.push_back(*nearest);
        else
            report.findings.push_back({.check = std::string(row.name),
                                       .limit = setting.limit,
                                       .unit = std::string(row.unit),
                                       .weight = setting.weight});
    }
    return report;
}

TakeQuality::TakeQuality(QualityTake take) : m_take(std::make_unique<QualityTake>(std::move(take)))
{
    addTimingChecks(m_checks);
    addValueChecks(m_checks);
    addImageChecks(m_checks);
    addMotionChecks(m_checks);
    addControlChecks(m_checks);
    addEpisodeChecks(m_checks);
    m_motion.begin(m_take->begin, m_take->episode.layout);
    m_sharpness.resize(m_take->streams.size());
    for (auto& check : m_checks) check->begin(*m_take);
}

void TakeQuality::add(const QualitySample& sample)
{
    if (sample.stream >= m_take->streams.size()) return;
    if (const auto* state = sample.as<RobotState>()) m_motion.add(*state);
    for (auto& check : m_checks) check->add(sample);
}

void TakeQuality::add(const QualityImage& image)
{
    if (image.stream >= m_take->streams.size()) return;
    m_sharpness[image.stream].push_back(static_cast<float>(image.figures.sharpness));
    for (auto& check : m_checks) check->add(image);
}

std::map<std::string, double> TakeQuality::sharpness() const
{
    std::map<std::string, double> usual;
    for (std::size_t i = 0; i < m_sharpness.size(); ++i) {
        std::vector<float> values = m_sharpness[i];
        if (values.empty()) continue;
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, middle);
        usual[m_take->streams[i].name] = *middle;
    }
    return usual;
}

QualityReport TakeQuality::result(Timestamp end) const
{
    QualityFindings findings(m_take->settings);
    const QualityContext context{.take = *m_take, .motion = m_motion, .end = end, .running = false};
    for (const auto& check : m_checks) check->result(context, findings);
    return findings.report();
}

QualityReport TakeQuality::watch(Timestamp now) const
{
    QualityFindings findings(m_take->settings);
    const QualityContext context{.take = *m_take, .motion = m_motion, .end = now, .running = true};
    for (const auto& check : m_checks)
        if (check->isWatched()) check->result(context, findings);
    QualityReport report;
    for (const Finding& finding : findings.all())
        if (!finding.pass) report.findings.push_back(finding);
    return report;
}

std::string clockText(const QualityTake& take, Timestamp time)
{
    return fmt::format("{:.1f} s", toSeconds(time - take.begin));
}

}  // namespace understudy
