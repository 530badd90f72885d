#include <QTemporaryDir>
#include <QTest>

#include "storage/indexbench.h"
#include "support/libraryfixture.h"

using namespace understudy;
using namespace understudy::test;

/// The measurement runs and measures something; what, no test says. UNDERSTUDY_INDEX_EPISODES makes it a real one.
class TestIndexBench : public QObject {
    Q_OBJECT

private slots:
    void measures()
    {
        QTemporaryDir place;
        const int wanted = qEnvironmentVariableIntValue("UNDERSTUDY_INDEX_EPISODES");
        IndexBenchOptions options{.episodes = wanted > 0 ? wanted : 500, .rounds = wanted > 0 ? 300 : 5};
        const auto figures = must(measureIndex(place.path().toStdString(), options));
        QVERIFY(figures.size() >= 8);
        for (const IndexFigure& figure : figures) {
            QVERIFY(figure.p50 > 0 && figure.p99 >= figure.p50);
            qInfo("%-36s %10.3f %10.3f %s (raw %.3f %.3f)", figure.name.c_str(), figure.p50, figure.p99,
                  figure.unit.c_str(), figure.rawP50, figure.rawP99);
        }
        // What was filled is asked again, and never taken for more than it is.
        const auto again = must(measureIndex(place.path().toStdString(), options));
        QCOMPARE(again.size(), figures.size() - 1);
        options.episodes *= 10;
        QVERIFY(!measureIndex(place.path().toStdString(), options));
    }
};

QTEST_GUILESS_MAIN(TestIndexBench)
#include "tst_indexbench.moc"
