#include "app/studio/operatedriver.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/keysheet.h"
#include "widgets/theme.h"

namespace understudy {

DriverCard::DriverCard(KeyRouter& keys, QWidget* parent) : QFrame(parent), m_keys(keys)
{
    setProperty("role", "card");
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(10);
    m_heading = new QLabel(this);
    m_heading->setProperty("role", "heading");
    auto* row = new QVBoxLayout;
    row->setSpacing(6);
    const auto segment = [&](const char* name, Driver driver) {
        auto* made = new QPushButton(this);
        made->setObjectName(QLatin1String(name));
        made->setProperty("role", "segment");
        made->setCheckable(true);
        made->setFocusPolicy(Qt::NoFocus);
        row->addWidget(made, 1);
        connect(made, &QPushButton::clicked, this, [this, made, driver] {
            made->setChecked(!made->isChecked());  // the session says when it is so
            emit wanted(driver);
        });
        return made;
    };
    station = segment("operate.driver.station", Driver::Station);
    mouse = segment("operate.driver.mouse", Driver::Mouse);
    m_hand = new QLabel(this);
    m_help = new QWidget(this);
    m_rows = new QGridLayout(m_help);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setHorizontalSpacing(10);
    m_rows->setVerticalSpacing(4);
    m_rows->setColumnStretch(1, 1);
    column->addWidget(m_heading);
    column->addLayout(row);
    column->addWidget(m_hand);
    column->addWidget(m_help);
    connect(&keys, &KeyRouter::changed, this, &DriverCard::showKeys);
    translate();
}

void DriverCard::translate()
{
    m_heading->setText(tr("DRIVER"));
    mouse->setText(tr("Mouse and keys"));
    station->setText(m_device.isEmpty() ? tr("Station's rig") : m_device);
    showKeys();
}

void DriverCard::showKeys()
{
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        // Later: a style sheet that is being set walks over every widget there is.
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    const auto keyOf = [&](const char* id) {
        for (const KeyAct& act : m_keys.acts())
            if (act.id == QLatin1String(id)) return act.key.toString(QKeySequence::NativeText);
        return QString();
    };
    const std::vector<std::pair<QString, QString>> lines{
        {keyOf("operate.drive"), tr("hold to drive")},
        {tr("drag a ring"), tr("move that hand")},
        {keyOf("operate.away") + QLatin1Char(' ') + keyOf("operate.closer"), tr("away, closer")},
        {keyOf("operate.turnLeft") + QLatin1Char(' ') + keyOf("operate.turnRight"), tr("turn the hand")},
        {keyOf("operate.gripper"), tr("gripper")},
        {keyOf("operate.hand"), tr("the other hand")}};
    int row = 0;
    for (const auto& [key, meaning] : lines) {
        auto* cap = new QLabel(key, m_help);
        cap->setAlignment(Qt::AlignCenter);
        cap->setStyleSheet(QStringLiteral("color: %1; border: 1px solid %2; border-radius: 4px; padding: 1px 5px; "
                                          "font-size: %3px;")
                               .arg(Theme::current().muted.name(), Theme::current().line.name())
                               .arg(scaled(11)));
        m_rows->addWidget(cap, row, 0);
        auto* text = new QLabel(meaning, m_help);
        text->setProperty("role", "muted");
        m_rows->addWidget(text, row++, 1);
    }
}

void DriverCard::show(const OperateView& view)
{
    if (view.device != m_device) {
        m_device = view.device;
        translate();
    }
    station->setChecked(view.driver == Driver::Station);
    mouse->setChecked(view.driver == Driver::Mouse);
    for (QPushButton* each : {station, mouse}) each->setEnabled(view.connected && !view.recording);
    const bool byMouse = view.driver == Driver::Mouse && view.connected;
    m_help->setVisible(byMouse);
    m_hand->setVisible(byMouse);
    if (!byMouse) return;
    const Theme& theme = Theme::current();
    const QString words = view.side == 0 ? tr("◉ left hand") : tr("◉ right hand");
    const QString style =
        QStringLiteral("color: %1; font-weight: 600;").arg((view.side == 0 ? theme.leftHand : theme.rightHand).name());
    if (m_hand->text() != words || m_hand->styleSheet() != style) {
        m_hand->setText(words);
        m_hand->setStyleSheet(style);
    }
}

void DriverCard::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::PaletteChange) showKeys();
    QFrame::changeEvent(event);
}

}  // namespace understudy
