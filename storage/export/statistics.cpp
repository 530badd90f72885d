#include "storage/export/statistics.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr std::size_t kBins = 4096;

/// Of sorted values.
double interpolated(const std::vector<double>& sorted, double q)
{
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Statistics statisticsOf(std::span<const double> values, std::size_t width)
{
    Statistics result;
    const std::size_t rows = width == 0 ? 0 : values.size() / width;
    result.count = static_cast<std::int64_t>(rows);
    if (rows == 0) return result;
    std::vector<double> column(rows);
    for (std::size_t d = 0; d < width; ++d) {
        for (std::size_t row = 0; row < rows; ++row) column[row] = values[row * width + d];
        std::ranges::sort(column);
        // Sums of distances from the smallest value keep their digits where the values are large and close.
        double sum = 0;
        for (const double value : column) sum += value - column.front();
        const double mean = column.front() + sum / static_cast<double>(rows);
        double squares = 0;
        for (const double value : column) squares += (value - mean) * (value - mean);
        result.min.push_back(column.front());
        result.max.push_back(column.back());
        result.mean.push_back(mean);
        result.std.push_back(std::sqrt(squares / static_cast<double>(rows)));
        for (std::size_t q = 0; q < kQuantiles.size(); ++q)
            result.quantiles[q].push_back(interpolated(column, kQuantiles[q]));
    }
    return result;
}

void RunningStatistics::add(std::span<const double> values)
{
    for (std::size_t i = 0; i < values.size(); ++i) m_dimensions[i % m_dimensions.size()].add(values[i]);
}

void RunningStatistics::Dimension::cover(double value)
{
    if (bins.empty()) {
        bins.assign(kBins, 0);
        binWidth = std::exp2(std::ceil(std::log2(std::abs(value - min) / kBins)) + 1);
        origin = std::floor(std::min(value, min) / binWidth) * binWidth;
        bins[std::min(static_cast<std::size_t>((min - origin) / binWidth), kBins - 1)] = count;
    }
    while (value < origin || value >= origin + binWidth * kBins) {
        const bool down = value < origin;
        // Pairs of bins become one; the freed half lies on the side that must grow.
        std::vector<std::int64_t> merged(kBins, 0);
        const std::size_t shift = down ? kBins / 2 : 0;
        for (std::size_t i = 0; i < kBins; ++i) merged[shift + i / 2] += bins[i];
        if (down) origin -= binWidth * kBins;
        binWidth *= 2;
        bins = std::move(merged);
    }
}

void RunningStatistics::Dimension::add(double value)
{
    if (count == 0) min = max = first = value;
    if (value != min || !bins.empty()) {
        cover(value);
        ++bins[std::min(static_cast<std::size_t>((value - origin) / binWidth), kBins - 1)];
    }
    ++count;
    min = std::min(min, value);
    max = std::max(max, value);
    const double delta = value - first - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (value - first - mean);
}

double RunningStatistics::Dimension::quantile(double q) const
{
    if (bins.empty()) return min;
    const double wanted = q * static_cast<double>(count);
    double below = 0;
    for (std::size_t i = 0; i < kBins; ++i) {
        const auto inside = static_cast<double>(bins[i]);
        if (inside > 0 && below + inside >= wanted) {
            const double value = origin + binWidth * (static_cast<double>(i) + (wanted - below) / inside);
            return std::clamp(value, min, max);
        }
        below += inside;
    }
    return max;
}

Statistics RunningStatistics::statistics() const
{
    Statistics result;
    for (const Dimension& dimension : m_dimensions) {
        const auto count = static_cast<double>(std::max<std::int64_t>(dimension.count, 1));
        result.count = dimension.count;
        result.min.push_back(dimension.min);
        result.max.push_back(dimension.max);
        result.mean.push_back(dimension.first + dimension.mean);
        result.std.push_back(std::sqrt(dimension.squares / count));
        for (std::size_t q = 0; q < kQuantiles.size(); ++q)
            result.quantiles[q].push_back(dimension.quantile(kQuantiles[q]));
    }
    return result;
}

void ImageStatistics::add(const Image& image, int stride)
{
    const auto step = static_cast<std::size_t>(std::max(stride, 1));
    const std::size_t bytesPerRow = image.bytesPerRow();
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); y += step)
        for (std::size_t x = 0; x < static_cast<std::size_t>(image.width); x += step)
            for (std::size_t channel = 0; channel < 3; ++channel)
                ++m_counts[channel][std::to_integer<std::size_t>(image.data[y * bytesPerRow + 3 * x + channel])];
    ++m_pictures;
}

void ImageStatistics::add(const ImageStatistics& other)
{
    for (std::size_t channel = 0; channel < 3; ++channel)
        for (std::size_t value = 0; value < 256; ++value) m_counts[channel][value] += other.m_counts[channel][value];
    m_pictures += other.m_pictures;
}

Statistics ImageStatistics::statistics() const
{
    Statistics result;
    result.count = m_pictures;
    for (const std::array<std::int64_t, 256>& counts : m_counts) {
        std::int64_t pixels = 0;
        double sum = 0;
        double squares = 0;
        double smallest = 255;
        double largest = 0;
        for (std::size_t value = 0; value < counts.size(); ++value) {
            if (counts[value] == 0) continue;
            const auto v = static_cast<double>(value);
            const auto n = static_cast<double>(counts[value]);
            pixels += counts[value];
            sum += v * n;
            squares += v * v * n;
            smallest = std::min(smallest, v);
            largest = v;
        }
        const auto n = static_cast<double>(std::max<std::int64_t>(pixels, 1));
        const double mean = sum / n;
        result.min.push_back(std::min(smallest, largest) / 255);
        result.max.push_back(largest / 255);
        result.mean.push_back(mean / 255);
        result.std.push_back(std::sqrt(std::max(squares / n - mean * mean, 0.0)) / 255);
        for (std::size_t q = 0; q < kQuantiles.size(); ++q) {
            const double wanted = kQuantiles[q] * n;
            double below = 0;
            std::size_t value = 0;
            while (value < 255 && below + static_cast<double>(counts[value]) < wanted)
                below += static_cast<double>(counts[value++]);
            result.quantiles[q].push_back(static_cast<double>(value) / 255);
        }
    }
    return result;
}

std::size_t sampledPictures(std::size_t length)
{
    const auto grown = static_cast<std::size_t>(std::pow(static_cast<double>(length), 0.75));
    return std::max(std::min<std::size_t>(100, length), std::min<std::size_t>(grown, 10'000));
}

}  // namespace understudy
