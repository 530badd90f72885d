#include <QTest>
#include <algorithm>
#include <set>

#include "core/uuid.h"

using namespace understudy;

class TestUuid : public QObject {
    Q_OBJECT

private slots:
    void carriesVersionVariantAndTime()
    {
        // RFC 9562, appendix A.6: 0x017F22E279B0 is 2022-02-22 19:22:22 UTC.
        const std::string id = uuidAt(1645557742000'000000);
        QCOMPARE(QString::fromStdString(id.substr(0, 18)), QString("017f22e2-79b0-7000"));
        QVERIFY(isUuid(id));
    }

    void sortsByTime()
    {
        std::string previous = uuidAt(0);
        for (const std::int64_t time : {1'000'000LL, 1'000'300LL, 2'000'000LL, 1'700'000'000'000'000'000LL}) {
            const std::string id = uuidAt(time);
            QVERIFY(previous < id);
            previous = id;
        }
        QVERIFY(uuidAt(-5).starts_with("00000000-0000-7000"));
    }

    void neverRepeats()
    {
        std::set<std::string> ids;
        for (int i = 0; i < 20'000; ++i) {
            const auto [place, isNew] = ids.insert(i % 2 == 0 ? uuidAt(5) : newUuid());
            QVERIFY(isNew);
            QVERIFY(isUuid(*place));
        }
    }

    void knowsItsForm_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("good");
        QTest::newRow("good") << "017f22e2-79b0-7cc3-98c4-dc0c0c07398f" << true;
        QTest::newRow("upper case") << "017F22E2-79B0-7CC3-98C4-DC0C0C07398F" << false;
        QTest::newRow("version 4") << "017f22e2-79b0-4cc3-98c4-dc0c0c07398f" << false;
        QTest::newRow("variant") << "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f" << false;
        QTest::newRow("short") << "017f22e2-79b0-7cc3-98c4-dc0c0c07398" << false;
        QTest::newRow("hyphen moved") << "017f22e27-9b0-7cc3-98c4-dc0c0c07398f" << false;
        QTest::newRow("path") << "../../../etc/passwd/aaaaaaaaaaaaaaaaa" << false;
        QTest::newRow("empty") << "" << false;
    }
    void knowsItsForm()
    {
        QFETCH(QString, text);
        QFETCH(bool, good);
        QCOMPARE(isUuid(text.toStdString()), good);
    }
};

QTEST_APPLESS_MAIN(TestUuid)
#include "tst_uuid.moc"
