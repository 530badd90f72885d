#include "app/studio/sleepguard.h"

#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusUnixFileDescriptor>

namespace understudy {
namespace {

const QString kScreenSaver = QStringLiteral("org.freedesktop.ScreenSaver");
const QString kScreenSaverPath = QStringLiteral("/org/freedesktop/ScreenSaver");
const QString kLogin = QStringLiteral("org.freedesktop.login1");
const QString kLoginPath = QStringLiteral("/org/freedesktop/login1");
const QString kLoginManager = QStringLiteral("org.freedesktop.login1.Manager");
const QString kWho = QStringLiteral("Understudy");
const QString kWhy = QStringLiteral("A robot is commanded");

}  // namespace

struct SleepGuard::Held {
    bool wanted = false;
    bool listening = false;
    int open = 0;     ///< answers not in yet
    uint screen = 0;  ///< cookie; 0: none
    bool hasScreen = false;
    QDBusUnixFileDescriptor sleep;
};

SleepGuard::SleepGuard(QObject* parent) : QObject(parent), m_held(std::make_unique<Held>()) {}

SleepGuard::~SleepGuard() { release(); }

void SleepGuard::hold()
{
    if (m_held->wanted) return;
    m_held->wanted = true;
    // Without an address the library would try to start a bus of its own, and wait for it.
    const bool desktop = !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS");
    if (!m_held->listening) {
        m_held->listening = true;
        if (desktop)
            QDBusConnection::sessionBus().connect(kScreenSaver, kScreenSaverPath, kScreenSaver,
                                                  QStringLiteral("ActiveChanged"), this,
                                                  SLOT(screenSaverChanged(bool)));
        QDBusConnection::systemBus().connect(kLogin, kLoginPath, kLoginManager, QStringLiteral("PrepareForSleep"), this,
                                             SLOT(preparingForSleep(bool)));
    }
    const auto ask = [this](const QDBusConnection& bus, const QDBusMessage& message, auto take) {
        if (!bus.isConnected()) return;
        ++m_held->open;
        auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(message, 2000), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, take](QDBusPendingCallWatcher* done) {
            done->deleteLater();
            --m_held->open;
            if (m_held->wanted) take(*done);
            say();
        });
    };
    QDBusMessage screen =
        QDBusMessage::createMethodCall(kScreenSaver, kScreenSaverPath, kScreenSaver, QStringLiteral("Inhibit"));
    screen << kWho << kWhy;
    if (desktop)
        ask(QDBusConnection::sessionBus(), screen, [this](const QDBusPendingCallWatcher& done) {
            const QDBusPendingReply<uint> reply = done;
            m_held->hasScreen = !reply.isError();
            if (m_held->hasScreen) m_held->screen = reply.value();
        });
    QDBusMessage sleep = QDBusMessage::createMethodCall(kLogin, kLoginPath, kLoginManager, QStringLiteral("Inhibit"));
    sleep << QStringLiteral("sleep:idle") << kWho << kWhy << QStringLiteral("block");
    ask(QDBusConnection::systemBus(), sleep, [this](const QDBusPendingCallWatcher& done) {
        const QDBusPendingReply<QDBusUnixFileDescriptor> reply = done;
        if (!reply.isError()) m_held->sleep = reply.value();
    });
    say();
}

void SleepGuard::release()
{
    if (!m_held->wanted) return;
    m_held->wanted = false;
    if (m_held->hasScreen) {
        QDBusMessage screen =
            QDBusMessage::createMethodCall(kScreenSaver, kScreenSaverPath, kScreenSaver, QStringLiteral("UnInhibit"));
        screen << m_held->screen;
        QDBusConnection::sessionBus().asyncCall(screen);
    }
    m_held->hasScreen = false;
    m_held->sleep = {};
    say();
}

void SleepGuard::say()
{
    QString problem;
    if (m_held->wanted && m_held->open == 0) {
        if (!m_held->hasScreen && !m_held->sleep.isValid())
            problem = tr("Sleep and screen lock are not kept away: this desktop offers no such service.");
        else if (!m_held->hasScreen)
            problem = tr("The screen may lock: this desktop offers no way to keep it from that.");
        else if (!m_held->sleep.isValid())
            problem = tr("The machine may sleep: it offers no way to keep it from that.");
    }
    if (problem == m_problem) return;
    m_problem = problem;
    emit changed();
}

void SleepGuard::screenSaverChanged(bool active)
{
    if (active) emit leaving();
}

void SleepGuard::preparingForSleep(bool start)
{
    if (start) emit leaving();
}

}  // namespace understudy
