#include "app/studio/picturearea.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr int kGap = 8;
constexpr double kLeastMain = 0.34;
constexpr double kWorthOfMain = 0.6;  ///< of a pixel of the 3D view beside one of a camera

}  // namespace

void PictureArea::setMain(QWidget* main)
{
    m_main = main;
    place();
}

void PictureArea::setPictures(std::vector<QWidget*> pictures, double aspect)
{
    m_pictures = std::move(pictures);
    m_aspect = aspect;
    for (QWidget* picture : m_pictures) picture->show();
    place();
}

void PictureArea::resizeEvent(QResizeEvent*) { place(); }

void PictureArea::place()
{
    const int count = static_cast<int>(m_pictures.size());
    int mainWidth = width();
    if (count > 0) {
        const int most = static_cast<int>(width() * (1 - kLeastMain)) - kGap;
        int columns = 1;
        int cellWidth = 0;
        double best = 0;
        for (int tried = 1; tried <= count; ++tried) {
            const int rows = (count + tried - 1) / tried;
            const int byHeight =
                static_cast<int>((height() - (rows - 1) * kGap) / static_cast<double>(rows) * m_aspect);
            const int byWidth = (most - (tried - 1) * kGap) / tried;
            const int cell = std::min(byHeight, byWidth);
            const double main = std::max(0, width() - tried * (cell + kGap));
            const double score = count * cell * cell / m_aspect + kWorthOfMain * main * height();
            if (score <= best) continue;
            best = score;
            cellWidth = cell;
            columns = tried;
        }
        const int rows = (count + columns - 1) / columns;
        const int cellHeight = static_cast<int>(cellWidth / m_aspect);
        const int left = width() - columns * cellWidth - (columns - 1) * kGap;
        const int spare = std::max(0, height() - rows * cellHeight - (rows - 1) * kGap);
        const int rowGap = rows > 1 ? kGap + spare / (rows - 1) : kGap;
        for (int i = 0; i < count; ++i)
            m_pictures[static_cast<std::size_t>(i)]->setGeometry(
                left + i % columns * (cellWidth + kGap), i / columns * (cellHeight + std::min(rowGap, 2 * kGap)),
                cellWidth, cellHeight);
        mainWidth = left - kGap;
    }
    if (m_main != nullptr) m_main->setGeometry(0, 0, std::max(1, mainWidth), height());
}

}  // namespace understudy
