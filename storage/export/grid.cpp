#include "storage/export/grid.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr Duration kLongestTrim = kSecond;
constexpr Duration kLongestSilence = 2 * kSecond;
constexpr double kRateTolerance = 0.1;

Duration periodOf(double rateHz) { return static_cast<Duration>(std::llround(1e9 / rateHz)); }

const CameraTimeline& referenceOf(std::span<const CameraTimeline> cameras, const std::string& name)
{
    const auto found = std::ranges::find(cameras, name.empty() ? "head" : name, &CameraTimeline::name);
    return found == cameras.end() ? cameras.front() : *found;
}

double measuredRate(const std::vector<std::int64_t>& times)
{
    std::vector<std::int64_t> steps;
    for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
    if (steps.empty()) return 0;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::ranges::nth_element(steps, middle);
    return 1e9 / static_cast<double>(*middle);
}

/// The time that the reference and all cameras cover, but for cameras that are missing altogether at an end.
void narrow(std::span<const CameraTimeline> cameras, const CameraTimeline& reference, std::int64_t& begin,
            std::int64_t& end)
{
    begin = std::max(begin, reference.captureNs.front());
    end = std::min(end, reference.captureNs.back());
    std::int64_t first = begin;
    std::int64_t last = end;
    for (const CameraTimeline& camera : cameras) {
        const Duration slack = periodOf(camera.rateHz) / 2;
        if (camera.captureNs.front() - begin <= kLongestTrim) first = std::max(first, camera.captureNs.front() - slack);
        if (end - camera.captureNs.back() <= kLongestTrim) last = std::min(last, camera.captureNs.back() + slack);
    }
    begin = first;
    end = last;
}

Result<std::vector<std::int64_t>> rowsOfCamera(const CameraTimeline& camera, std::int64_t begin, std::int64_t end)
{
    const Duration period = periodOf(camera.rateHz);
    std::vector<std::int64_t> rows;
    for (const std::int64_t time : camera.captureNs) {
        if (time < begin || time > end || (!rows.empty() && time <= rows.back())) continue;
        if (!rows.empty()) {
            const std::int64_t last = rows.back();
            const Duration gap = time - last;
            if (gap > kLongestSilence)
                return fail(fmt::format("its camera {} was silent for {:.1f} s", camera.name, toSeconds(gap)));
            const auto steps = std::llround(static_cast<double>(gap) / static_cast<double>(period));
            for (std::int64_t step = 1; step < steps; ++step) rows.push_back(last + gap * step / steps);
        }
        rows.push_back(time);
    }
    return rows;
}

}  // namespace

Result<Grid> makeGrid(std::span<const CameraTimeline> cameras, std::int64_t beginNs, std::int64_t endNs,
                      const GridOptions& options)
{
    for (const CameraTimeline& camera : cameras) {
        if (camera.captureNs.empty()) return fail("its camera " + camera.name + " gave no image");
        if (!(camera.rateHz > 0)) return fail("its camera " + camera.name + " announced no rate");
    }
    Grid grid;
    if (options.fps < 0 || options.fps > 1000) return fail("rows per second must lie between 1 and 1000");
    if (!options.reference.empty() &&
        std::ranges::find(cameras, options.reference, &CameraTimeline::name) == cameras.end())
        return fail("it has no camera " + options.reference);

    if (!cameras.empty()) narrow(cameras, referenceOf(cameras, options.reference), beginNs, endNs);
    if (options.fps > 0) {
        grid.fps = options.fps;
        grid.reference = "fps";
        for (std::int64_t i = 0;; ++i) {
            const std::int64_t time = beginNs + i * kSecond / options.fps;
            if (time > endNs) break;
            grid.rows.push_back(time);
        }
        return grid;
    }

    if (cameras.empty()) return fail("it has no camera: say how many rows per second it should have");
    const CameraTimeline& reference = referenceOf(cameras, options.reference);
    const double measured = measuredRate(reference.captureNs);
    if (std::abs(measured - reference.rateHz) > kRateTolerance * reference.rateHz)
        return fail(fmt::format("its camera {} announced {:.1f} Hz and ran at {:.1f}: say how many rows per second it "
                                "should have",
                                reference.name, reference.rateHz, measured));
    grid.fps = static_cast<int>(std::max(1L, std::lround(reference.rateHz)));
    grid.reference = reference.name;
    Result<std::vector<std::int64_t>> rows = rowsOfCamera(reference, beginNs, endNs);
    if (!rows) return tl::unexpected(rows.error());
    grid.rows = std::move(*rows);
    return grid;
}

std::vector<ExportImage> nearestImages(std::span<const std::int64_t> rows, std::span<const std::int64_t> times,
                                       Duration tolerance)
{
    std::vector<ExportImage> images;
    images.reserve(rows.size());
    std::size_t at = 0;
    for (const std::int64_t row : rows) {
        while (at + 1 < times.size() && std::abs(times[at + 1] - row) < std::abs(times[at] - row)) ++at;
        images.push_back({static_cast<std::uint32_t>(at), times[at], std::abs(times[at] - row) <= tolerance});
    }
    return images;
}

Duration imageTolerance(double rateHz) { return periodOf(rateHz) * 3 / 4; }

VectorResampler::VectorResampler(std::span<const std::int64_t> rows, std::vector<std::string> names, Resampling method,
                                 Duration tolerance)
    : m_rows(rows), m_method(method), m_tolerance(tolerance), m_mixed(names.size())
{
    m_result.values.resize(rows.size() * names.size());
    m_result.valid.resize(rows.size());
    m_result.names = std::move(names);
}

void VectorResampler::write(std::size_t row, std::span<const double> values, bool valid)
{
    const std::size_t width = m_result.names.size();
    for (std::size_t i = 0; i < width; ++i) m_result.values[row * width + i] = static_cast<float>(values[i]);
    m_result.valid[row] = valid ? 1 : 0;
}

void VectorResampler::add(std::int64_t timeNs, std::span<const double> values)
{
    if (values.size() != m_result.names.size() || (m_lastTime && timeNs <= *m_lastTime)) return;
    if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) return;
    for (; m_next < m_rows.size() && m_rows[m_next] <= timeNs; ++m_next) {
        const std::int64_t row = m_rows[m_next];
        const Duration after = timeNs - row;
        if (!m_lastTime) {
            write(m_next, values, after <= m_tolerance);
            continue;
        }
        const Duration before = row - *m_lastTime;
        const bool valid = std::min(before, after) <= m_tolerance;
        if (m_method == Resampling::Interpolate && before + after <= 2 * m_tolerance) {
            const double share = static_cast<double>(before) / static_cast<double>(before + after);
            for (std::size_t i = 0; i < values.size(); ++i) m_mixed[i] = m_last[i] + share * (values[i] - m_last[i]);
            write(m_next, m_mixed, true);
        } else if (before <= after) {
            write(m_next, m_last, valid);
        } else {
            write(m_next, values, valid);
        }
    }
    m_lastTime = timeNs;
    m_last.assign(values.begin(), values.end());
}

ExportVector VectorResampler::take()
{
    for (; m_lastTime && m_next < m_rows.size(); ++m_next)
        write(m_next, m_last, m_rows[m_next] - *m_lastTime <= m_tolerance);
    return std::move(m_result);
}

}  // namespace understudy
