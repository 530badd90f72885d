#pragma once

#include <QImage>
#include <QWidget>

namespace understudy {

/// One camera's picture with its name and a note, framed when something is wrong with it.
class ImageView final : public QWidget {
    Q_OBJECT

public:
    enum class Mark { None, Caution, Bad };

    explicit ImageView(const QString& name, QWidget* parent = nullptr);

    void setImage(const QImage& image);
    /// Right of the name: rate and age, or what is wrong.
    void setNote(const QString& note, Mark mark = Mark::None);
    /// Drawn over the picture at half strength: the start picture of a task card.
    void setOverlay(const QImage& overlay);
    /// Shown instead of a picture.
    void setPlaceholder(const QString& text);
    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] const QImage& image() const { return m_image; }

    [[nodiscard]] QSize sizeHint() const override { return {320, 240}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

signals:
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    QString m_name;
    QString m_note;
    QString m_placeholder;
    QImage m_image;
    QImage m_overlay;
    Mark m_mark = Mark::None;
};

}  // namespace understudy
