#include "widgets/keysheet.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace understudy {

QLabel* keyCap(const QKeySequence& key, QWidget* parent)
{
    auto* cap = new QLabel(key.isEmpty() ? QStringLiteral("–") : key.toString(QKeySequence::NativeText), parent);
    cap->setAlignment(Qt::AlignCenter);
    const Theme& theme = Theme::current();
    cap->setStyleSheet(QStringLiteral("background: %1; color: %2; border: 1px solid %3; border-radius: 4px; "
                                      "padding: 1px 6px; font-size: 11px;")
                           .arg(theme.panel.name(), theme.muted.name(), theme.line.name()));
    cap->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    return cap;
}

KeySheet::KeySheet(KeyRouter& router, QWidget* parent) : QDialog(parent), m_router(router)
{
    setWindowTitle(tr("Keys"));
    setModal(false);
    resize(620, 640);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 20, 20, 20);
    layout->setSpacing(12);
    m_hint = new QLabel(this);
    m_hint->setProperty("role", "muted");
    m_hint->setWordWrap(true);
    layout->addWidget(m_hint);
    auto* area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    auto* content = new QWidget(area);
    m_rows = new QVBoxLayout(content);
    m_rows->setContentsMargins(0, 0, 0, 0);
    area->setWidget(content);
    layout->addWidget(area, 1);
    auto* buttons = new QHBoxLayout;
    auto* reset = new QPushButton(tr("Reset all keys"), this);
    auto* close = new QPushButton(tr("Close"), this);
    buttons->addWidget(reset);
    buttons->addStretch();
    buttons->addWidget(close);
    layout->addLayout(buttons);
    connect(reset, &QPushButton::clicked, &m_router, &KeyRouter::resetAll);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(&m_router, &KeyRouter::changed, this, &KeySheet::rebuild);
    rebuild();
}

void KeySheet::rebuild()
{
    m_hint->setText(tr("Click a key to change it."));
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto section = [&](const QString& title, const QString& page) {
        auto* box = new QWidget(this);
        auto* grid = new QGridLayout(box);
        grid->setContentsMargins(0, 0, 0, 12);
        grid->setHorizontalSpacing(16);
        grid->setVerticalSpacing(4);
        grid->setColumnStretch(0, 1);
        auto* heading = new QLabel(title, box);
        heading->setProperty("role", "heading");
        grid->addWidget(heading, 0, 0, 1, 2);
        int row = 1;
        for (const KeyAct& act : m_router.acts()) {
            if (act.page != page) continue;
            grid->addWidget(new QLabel(act.title, box), row, 0);
            auto* key = new QPushButton(act.key.toString(QKeySequence::NativeText), box);
            key->setMinimumWidth(120);
            connect(key, &QPushButton::clicked, this, [this, id = act.id] { record(id); });
            grid->addWidget(key, row++, 1);
        }
        if (row == 1)
            delete box;
        else
            m_rows->addWidget(box);
    };
    if (!m_router.page().isEmpty()) section(tr("THIS PAGE"), m_router.page());
    section(tr("EVERYWHERE"), QString());
    m_rows->addStretch();
}

void KeySheet::record(const QString& id)
{
    m_recording = id;
    m_hint->setText(tr("Press the new key, Esc to keep the old one."));
    setFocus();
}

bool KeySheet::event(QEvent* event)
{
    if (event->type() != QEvent::KeyPress || m_recording.isEmpty()) return QDialog::event(event);
    const auto& key = static_cast<QKeyEvent&>(*event);
    const auto pressed = static_cast<Qt::Key>(key.key());
    if (pressed == Qt::Key_Control || pressed == Qt::Key_Shift || pressed == Qt::Key_Alt || pressed == Qt::Key_Meta)
        return true;
    if (pressed == Qt::Key_Escape) {
        m_recording.clear();
        m_hint->setText(tr("Click a key to change it."));
        return true;
    }
    take(QKeySequence(QKeyCombination(key.modifiers() & ~Qt::KeypadModifier, pressed)));
    return true;
}

void KeySheet::take(const QKeySequence& key)
{
    const QString id = std::exchange(m_recording, QString());
    const QString holder = m_router.rebind(id, key);
    if (!holder.isEmpty())
        m_hint->setText(
            tr("%1 is already used for “%2”. Choose another key.").arg(key.toString(QKeySequence::NativeText), holder));
}

}  // namespace understudy
