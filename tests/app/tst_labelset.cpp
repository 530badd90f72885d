#include <QSignalSpy>
#include <QTest>

#include "app/studio/labelsearch.h"
#include "app/studio/labelset.h"

using namespace understudy;

class TestLabelSet : public QObject {
    Q_OBJECT

    using Done = std::function<void(const QString&)>;

private slots:
    void init()
    {
        m_set = std::make_unique<LabelSet>();
        m_open.clear();
        m_set->setStore([this](const std::vector<SegmentEdit>& edits, Done done) {
            m_acts.push_back(edits);
            m_open.push_back(std::move(done));
        });
        m_acts.clear();
        m_set->load("one", {}, 10 * kSecond);
    }

    void everyActIsOneTransactionAndCanBeTakenBack()
    {
        const QString first = m_set->add("skill", 0, 2 * kSecond, "reach");
        const QString later = m_set->split(first, kSecond, "grasp");
        m_set->relabel(first, "move");
        m_set->move(first, 100 * kMillisecond, kSecond);
        m_set->remove(later);
        QCOMPARE(m_acts.size(), 5U);
        QCOMPARE(m_acts[1].size(), 2U);
        QCOMPARE(m_set->segments().size(), 1U);
        for (int i = 0; i < 5; ++i) m_set->undoStack().undo();
        QVERIFY(m_set->segments().empty());
        for (int i = 0; i < 5; ++i) m_set->undoStack().redo();
        QCOMPARE(m_set->segments().size(), 1U);
        QCOMPARE(m_set->segments().front().label, QString("move"));
        QCOMPARE(m_acts.size(), 15U);
        QCOMPARE(m_set->unsaved(), 15);
        for (const Done& done : m_open) done({});
        QCOMPARE(m_set->unsaved(), 0);
    }

    void thousandsOfActsCanBeTakenBack()
    {
        const QString id = m_set->add("skill", 0, kSecond, "reach");
        for (int i = 0; i < 3000; ++i) m_set->move(id, 0, kSecond + (i + 1) * kMillisecond);
        for (int i = 0; i < 3000; ++i) m_set->undoStack().undo();
        QCOMPARE(m_set->find(id)->end, kSecond);
        QVERIFY(m_set->undoStack().canUndo());
        m_set->undoStack().undo();
        QVERIFY(m_set->segments().empty());
    }

    void eachEpisodeKeepsItsUndo()
    {
        const QString id = m_set->add("skill", 0, kSecond, "reach");
        const std::vector<LabelledSegment> left = m_set->segments();
        m_set->load("two", {}, 10 * kSecond);
        QVERIFY(!m_set->undoStack().canUndo());
        m_set->load("one", left, 10 * kSecond);
        QVERIFY(m_set->undoStack().canUndo());
        m_set->undoStack().undo();
        QVERIFY(m_set->find(id) == nullptr);
    }

    void whatOthersChangedMeanwhileForgetsTheUndo()
    {
        m_set->add("skill", 0, kSecond, "reach");
        std::vector<LabelledSegment> left = m_set->segments();
        m_set->load("two", {}, 10 * kSecond);
        left.front().label = "changed by somebody";
        m_set->load("one", left, 10 * kSecond);
        QVERIFY(!m_set->undoStack().canUndo());
    }

    void refusedEditsAreAsStoredAgainHoweverManyFollowed()
    {
        const QString kept = m_set->add("skill", 0, kSecond, "reach");
        m_open[0]({});
        QSignalSpy refused(m_set.get(), &LabelSet::refused);
        m_set->relabel(kept, "grasp");
        m_set->split(kept, 500 * kMillisecond);
        m_open[1]("the disk is full");
        QCOMPARE(refused.count(), 1);
        m_open[2]("the disk is full");
        QCOMPARE(m_set->segments().size(), 1U);
        QCOMPARE(m_set->find(kept)->label, QString("reach"));
        QCOMPARE(m_set->unsaved(), 0);
        QVERIFY(!m_set->undoStack().canUndo());
    }

    void aDraftIsAcceptedOnce()
    {
        m_set->load("one", {{.id = "d", .tier = "skill", .label = "reach", .start = 0, .end = kSecond, .draft = true}},
                    10 * kSecond);
        m_set->accept("d");
        QVERIFY(!m_set->find("d")->draft);
        m_set->accept("d");
        QCOMPARE(m_acts.size(), 1U);
        m_set->undoStack().undo();
        QVERIFY(m_set->find("d")->draft);
    }

    void pinyinInitialsAreFound()
    {
        QCOMPARE(pinyinInitials(QStringLiteral("抓取")), QString("zq"));
        QCOMPARE(pinyinInitials(QStringLiteral("伸向")), QString("sx"));
        QCOMPARE(pinyinInitials(QStringLiteral("松开 A2")), QString("ska2"));
        QCOMPARE(pinyinInitials(QStringLiteral("啊阿祚座")), QString("aaz"));  // 祚 is of the second level
        QCOMPARE(pinyinInitials(QString()), QString());
    }

    void labelsAreFoundByInitialsAndEnglish()
    {
        std::vector<AnnotateLabel> labels;
        for (const auto& [id, zh] :
             {std::pair{"reach", "伸向"}, std::pair{"grasp", "抓取"}, std::pair{"regrasp", "重抓"}})
            labels.push_back(
                {.id = id, .title = id, .otherTitle = zh, .initials = pinyinInitials(QString::fromUtf8(zh))});
        QCOMPARE(findLabels(labels, "zq"), (std::vector<int>{1}));
        QCOMPARE(findLabels(labels, "gr"), (std::vector<int>{1, 2}));
        QCOMPARE(findLabels(labels, "RE"), (std::vector<int>{0, 2}));
        QCOMPARE(findLabels(labels, QStringLiteral("抓")), (std::vector<int>{1, 2}));
        QCOMPARE(findLabels(labels, "").size(), 3U);
        QVERIFY(findLabels(labels, "nothing").empty());
    }

private:
    std::unique_ptr<LabelSet> m_set;
    std::vector<std::vector<SegmentEdit>> m_acts;
    std::vector<Done> m_open;
};

QTEST_MAIN(TestLabelSet)
#include "tst_labelset.moc"
