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

    /// `capture`: when it was taken, ns of the monotonic clock; 0: not known.
    void setImage(const QImage& image, qint64 capture = 0);
    void setName(const QString& name);
    /// Right of the name: rate and age, or what is wrong.
    void setNote(const QString& note, Mark mark = Mark::None);
    /// Drawn over the picture at half strength: the start picture of a task card.
    void setOverlay(const QImage& overlay);
    /// Shown instead of a picture.
    void setPlaceholder(const QString& text);
    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] const QImage& image() const { return m_image; }
    [[nodiscard]] const QString& placeholder() const { return m_placeholder; }

    [[nodiscard]] QSize sizeHint() const override { return {320, 240}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

signals:
    void clicked();
    /// The picture taken at `capture` has been painted, for the first time.
    void shown(qint64 capture);

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
    qint64 m_capture = 0;
    qint64 m_shown = 0;
};

}  // namespace understudy
