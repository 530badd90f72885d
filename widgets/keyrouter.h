#pragma once

#include <functional>
#include <vector>

#include <QKeySequence>
#include <QObject>
#include <QPointer>
#include <QString>

class QKeyEvent;
class QWidget;

namespace understudy {

/// One thing a key does. `page` is empty for keys that work everywhere.
struct KeyAct {
    QString id;  ///< stable, e.g. "annotate.split"; the key of a rebinding
    QString page;
    QString title;  ///< translated, for the sheet
    QKeySequence key;
    std::function<void()> run;
    std::function<void()> released;  ///< for keys that are held; then `run` is the press and auto-repeat is ignored
    bool repeats = false;            ///< auto-repeat runs it again
};

/// Sends key presses of one window to the acts of the page in front.
/// Letters, digits, Space and Enter never fire while text has the focus and always fire elsewhere, whatever control
/// has the focus and also with an input method switched on. A held key is released by key-up, loss of focus,
/// a hidden window or another page.
class KeyRouter final : public QObject {
    Q_OBJECT

public:
    explicit KeyRouter(QWidget& window);

    /// Applies a stored rebinding of the act's id.
    void add(KeyAct act);
    /// In another language; silent for an unknown id.
    void retitle(const QString& id, const QString& title);
    void removePage(const QString& page);
    void setPage(const QString& page);
    [[nodiscard]] const QString& page() const { return m_page; }
    [[nodiscard]] const std::vector<KeyAct>& acts() const { return m_acts; }

    /// Esc goes here before anything else, in every window of the program and also while text has the focus: the stop
    /// request of a studio that commands a robot. Returns false to let Esc cancel as usual.
    void setStop(std::function<bool()> stop) { m_stop = std::move(stop); }

    /// Empty when done; otherwise the title of the act that has this key on the same page or everywhere.
    [[nodiscard]] QString rebind(const QString& id, const QKeySequence& key);
    void resetAll();

    /// Releases every held key.
    void releaseHeld();

signals:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] KeyAct* find(const QKeyEvent& event);
    [[nodiscard]] bool press(QKeyEvent& event);
    [[nodiscard]] bool release(const QKeyEvent& event);

    QWidget& m_window;
    QString m_page;
    std::vector<KeyAct> m_acts;
    std::vector<QKeySequence> m_defaults;
    std::function<bool()> m_stop;
    QString m_held;
    int m_heldKey = 0;
};

}  // namespace understudy
