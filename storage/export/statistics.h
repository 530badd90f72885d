#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"

namespace understudy {

inline constexpr std::array<double, 5> kQuantiles{0.01, 0.10, 0.50, 0.90, 0.99};

/// Of one feature, per dimension.
struct Statistics {
    std::vector<double> min;
    std::vector<double> max;
    std::vector<double> mean;
    std::vector<double> std;  ///< of the population
    std::array<std::vector<double>, kQuantiles.size()> quantiles;
    std::int64_t count = 0;
};

/// Exact statistics of `rows × width` values; quantiles between two values are interpolated linearly.
[[nodiscard]] Statistics statisticsOf(std::span<const double> values, std::size_t width);

/// Statistics of any number of rows in constant memory. Quantiles are read from bins that double their width when
/// the range grows; they are off by less than 1/2000 of the range.
class RunningStatistics {
public:
    explicit RunningStatistics(std::size_t width) : m_dimensions(width) {}

    /// `rows × width` finite values.
    void add(std::span<const double> values);
    [[nodiscard]] Statistics statistics() const;

private:
    struct Dimension {
        std::int64_t count = 0;
        double min = 0;
        double max = 0;
        double first = 0;     ///< means are taken from here: large, close values keep their digits
        double mean = 0;      ///< distance from `first`
        double squares = 0;   ///< sum of squared distances from the mean
        double binWidth = 0;  ///< 0: every value so far was `min`
        double origin = 0;
        std::vector<std::int64_t> bins;

        void add(double value);
        void cover(double value);
        [[nodiscard]] double quantile(double q) const;
    };
    std::vector<Dimension> m_dimensions;
};

/// Colour statistics of pictures, each channel scaled to 0…1; exact, because a channel has 256 values.
class ImageStatistics {
public:
    /// Takes every `stride`-th pixel of every `stride`-th row.
    void add(const Image& image, int stride);
    void add(const ImageStatistics& other);
    /// `count` is the number of pictures.
    [[nodiscard]] Statistics statistics() const;

private:
    std::array<std::array<std::int64_t, 256>, 3> m_counts{};
    std::int64_t m_pictures = 0;
};

/// How many pictures of an episode its colour statistics look at, at most.
[[nodiscard]] std::size_t sampledPictures(std::size_t length);

}  // namespace understudy
