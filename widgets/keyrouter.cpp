#include "widgets/keyrouter.h"

#include <algorithm>

#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSettings>
#include <QTextEdit>
#include <QWidget>

namespace understudy {
namespace {

bool takesText(const QWidget* widget)
{
    if (widget == nullptr) return false;
    if (const auto* line = qobject_cast<const QLineEdit*>(widget)) return !line->isReadOnly();
    if (const auto* plain = qobject_cast<const QPlainTextEdit*>(widget)) return !plain->isReadOnly();
    if (const auto* text = qobject_cast<const QTextEdit*>(widget)) return !text->isReadOnly();
    if (qobject_cast<const QAbstractSpinBox*>(widget)) return true;
    const auto* combo = qobject_cast<const QComboBox*>(widget);
    return combo && combo->isEditable();
}

QKeySequence sequenceOf(const QKeyEvent& event)
{
    const Qt::KeyboardModifiers modifiers = event.modifiers() & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    int key = event.key();
    if (key == Qt::Key_Enter) key = Qt::Key_Return;
    if (key == Qt::Key_Backtab) key = Qt::Key_Tab;
    return QKeySequence(QKeyCombination(modifiers, static_cast<Qt::Key>(key)));
}

bool isPlain(const QKeyEvent& event)
{
    return !(event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
}

QString settingOf(const QString& id) { return QStringLiteral("keys/") + id; }

}  // namespace

KeyRouter::KeyRouter(QWidget& window) : QObject(&window), m_window(window)
{
    qApp->installEventFilter(this);
    connect(qApp, &QGuiApplication::applicationStateChanged, this, [this](Qt::ApplicationState state) {
        if (state != Qt::ApplicationActive) releaseHeld();
    });
}

void KeyRouter::add(KeyAct act)
{
    m_defaults.push_back(act.key);
    const QVariant stored = QSettings().value(settingOf(act.id));
    if (stored.isValid()) act.key = QKeySequence::fromString(stored.toString(), QKeySequence::PortableText);
    m_acts.push_back(std::move(act));
    emit changed();
}

void KeyRouter::retitle(const QString& id, const QString& title)
{
    for (KeyAct& act : m_acts)
        if (act.id == id) act.title = title;
}

void KeyRouter::removePage(const QString& page)
{
    for (std::size_t i = m_acts.size(); i-- > 0;) {
        if (m_acts[i].page != page) continue;
        m_acts.erase(m_acts.begin() + static_cast<std::ptrdiff_t>(i));
        m_defaults.erase(m_defaults.begin() + static_cast<std::ptrdiff_t>(i));
    }
    emit changed();
}

void KeyRouter::setPage(const QString& page)
{
    if (m_page == page) return;
    releaseHeld();
    m_page = page;
    emit changed();
}

QString KeyRouter::rebind(const QString& id, const QKeySequence& key)
{
    const auto act = std::find_if(m_acts.begin(), m_acts.end(), [&](const KeyAct& each) { return each.id == id; });
    if (act == m_acts.end()) return {};
    for (const KeyAct& other : m_acts) {
        const bool meets = other.page.isEmpty() || act->page.isEmpty() || other.page == act->page;
        if (other.id != id && meets && !key.isEmpty() && other.key == key) return other.title;
    }
    act->key = key;
    QSettings().setValue(settingOf(id), key.toString(QKeySequence::PortableText));
    emit changed();
    return {};
}

void KeyRouter::resetAll()
{
    QSettings settings;
    for (std::size_t i = 0; i < m_acts.size(); ++i) {
        m_acts[i].key = m_defaults[i];
        settings.remove(settingOf(m_acts[i].id));
    }
    emit changed();
}

void KeyRouter::releaseHeld()
{
    if (m_held.isEmpty()) return;
    const QString id = std::exchange(m_held, QString());
    m_heldKey = 0;
    const auto act = std::find_if(m_acts.begin(), m_acts.end(), [&](const KeyAct& each) { return each.id == id; });
    if (act != m_acts.end() && act->released) act->released();
}

bool KeyRouter::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::WindowDeactivate:
    case QEvent::Hide:
        if (watched == &m_window) releaseHeld();
        return false;
    case QEvent::ShortcutOverride:
    case QEvent::KeyPress:
    case QEvent::KeyRelease:
        break;
    default:
        return false;
    }
    const auto* widget = qobject_cast<QWidget*>(watched);
    if (widget == nullptr) return false;
    auto& key = static_cast<QKeyEvent&>(*event);
    if (event->type() == QEvent::KeyRelease) return release(key);
    if (widget->window() != &m_window)
        return event->type() == QEvent::KeyPress && key.key() == Qt::Key_Escape && m_stop && m_stop();
    if (event->type() == QEvent::KeyPress) return press(key);
    if (find(key) != nullptr && !(takesText(QApplication::focusWidget()) && isPlain(key))) event->accept();
    return false;
}

KeyAct* KeyRouter::find(const QKeyEvent& event)
{
    const QKeySequence sequence = sequenceOf(event);
    KeyAct* everywhere = nullptr;
    for (KeyAct& act : m_acts) {
        if (act.key.isEmpty() || act.key != sequence) continue;
        if (act.page == m_page) return &act;
        if (act.page.isEmpty()) everywhere = &act;
    }
    return everywhere;
}

bool KeyRouter::press(QKeyEvent& event)
{
    if (event.key() == Qt::Key_Escape && m_stop && m_stop()) return true;
    const bool functionKey = event.key() >= Qt::Key_F1 && event.key() <= Qt::Key_F35;
    if (takesText(QApplication::focusWidget()) && isPlain(event) && !functionKey) return false;
    KeyAct* act = find(event);
    if (act == nullptr) return false;
    if (act->released) {
        if (event.isAutoRepeat() || m_held == act->id) return true;
        releaseHeld();
        m_held = act->id;
        m_heldKey = event.key();
        act->run();
        return true;
    }
    if (event.isAutoRepeat() && !act->repeats) return true;
    act->run();
    return true;
}

bool KeyRouter::release(const QKeyEvent& event)
{
    if (m_held.isEmpty() || event.key() != m_heldKey) return false;
    if (!event.isAutoRepeat()) releaseHeld();
    return true;
}

}  // namespace understudy
