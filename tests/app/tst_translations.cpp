#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include "support/shared.h"

using namespace understudy;

/// What the sources say today against what is translated.
class TestTranslations : public QObject {
    Q_OBJECT

    struct Message {
        QString source;
        bool numerus = false;
        bool finished = true;
        QStringList translations;
    };

    static std::vector<Message> read(const QString& file)
    {
        QFile stored(file);
        if (!stored.open(QIODevice::ReadOnly)) return {};
        std::vector<Message> messages;
        QXmlStreamReader xml(&stored);
        while (!xml.atEnd()) {
            if (!xml.readNextStartElement()) continue;
            if (xml.name() == QLatin1String("message")) {
                messages.push_back({.numerus = xml.attributes().value("numerus") == QLatin1String("yes")});
            } else if (xml.name() == QLatin1String("source")) {
                messages.back().source = xml.readElementText();
            } else if (xml.name() == QLatin1String("translation")) {
                messages.back().finished = !xml.attributes().hasAttribute("type");
                if (!messages.back().numerus) messages.back().translations << xml.readElementText();
            } else if (xml.name() == QLatin1String("numerusform")) {
                messages.back().translations << xml.readElementText();
            }
        }
        return messages;
    }

    static QString places(const QString& text)
    {
        QStringList found;
        static const QRegularExpression kPlace("%[0-9n]");
        for (auto match = kPlace.globalMatch(text); match.hasNext();) found << match.next().captured();
        found.removeDuplicates();
        found.sort();
        return found.join(' ');
    }

    static std::vector<Message> updated(const char* name, const QStringList& options)
    {
        const QString source = QString::fromStdString(test::source("resources/i18n/").string()) + name;
        static QTemporaryDir folder;
        const QString copy = folder.filePath(name);
        QFile::remove(copy);
        if (!QFile::copy(source, copy)) return {};
        QProcess lupdate;
        lupdate.setWorkingDirectory(QString::fromStdString(test::source(".").string()));
        lupdate.start(UNDERSTUDY_LUPDATE, QStringList{"-silent", "-I", ".", "-no-obsolete", "-locations", "none"} +
                                              options + QStringList{"app", "widgets", "-ts", copy});
        if (!lupdate.waitForFinished(120'000) || lupdate.exitCode() != 0) return {};
        return read(copy);
    }

private slots:
    void everyStringIsInChinese()
    {
        const std::vector<Message> messages = updated("understudy_zh_CN.ts", {});
        QVERIFY(messages.size() > 200);
        QStringList missing;
        for (const Message& message : messages) {
            const bool empty = message.translations.isEmpty() || message.translations.contains(QString());
            if (!message.finished || empty) missing << message.source;
            for (const QString& translation : message.translations)
                if (!empty && places(message.source) != places(translation))
                    missing << message.source + " → " + translation;
        }
        QVERIFY2(missing.isEmpty(),
                 qPrintable("not translated, or with other places to fill in:\n" + missing.join('\n')));
    }

    void everyEnglishPluralHasBothForms()
    {
        QStringList missing;
        for (const Message& message : updated("understudy_en.ts", {"-pluralonly"}))
            if (!message.finished || message.translations.size() != 2 || message.translations.contains(QString()))
                missing << message.source;
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join('\n')));
    }
};

QTEST_MAIN(TestTranslations)
#include "tst_translations.moc"
