<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>LibraryJobs</name>
    <message numerus="yes">
        <source>%n episode(s) left out; the first because: %1</source>
        <translation>
            <numerusform>%n episode left out; the first because: %1</numerusform>
            <numerusform>%n episodes left out; the first because: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Checking: %n episode(s) read</source>
        <translation>
            <numerusform>Checking: %n episode read</numerusform>
            <numerusform>Checking: %n episodes read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecorderView</name>
    <message numerus="yes">
        <source>the disk stalled %n time(s), at most for %1 s</source>
        <translation>
            <numerusform>the disk stalled %n time, for %1 s</numerusform>
            <numerusform>the disk stalled %n times, at most for %1 s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk has room for %n minute(s) of recording. Takes that were set aside are being removed; make more room before the next ones.</source>
        <translation>
            <numerusform>The disk has room for %n minute of recording. Takes that were set aside are being removed; make more room before the next ones.</numerusform>
            <numerusform>The disk has room for %n minutes of recording. Takes that were set aside are being removed; make more room before the next ones.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk has room for %n minute(s) of recording: end this take and make room.</source>
        <translation>
            <numerusform>The disk has room for %n minute of recording: end this take and make room.</numerusform>
            <numerusform>The disk has room for %n minutes of recording: end this take and make room.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::AnnotatePage</name>
    <message numerus="yes">
        <source>…  Saving %n edit(s)</source>
        <translation>
            <numerusform>…  Saving %n edit</numerusform>
            <numerusform>…  Saving %n edits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::EpisodeService</name>
    <message numerus="yes">
        <source>%n part(s) of this recording are damaged and left out.</source>
        <translation>
            <numerusform>%n part of this recording are damaged and left out.</numerusform>
            <numerusform>%n parts of this recording are damaged and left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::OperatePage</name>
    <message numerus="yes">
        <source>%n take(s) this session</source>
        <translation>
            <numerusform>%n take this session</numerusform>
            <numerusform>%n takes this session</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::OperateTakeBar</name>
    <message numerus="yes">
        <source>✓ all %n good</source>
        <translation>
            <numerusform>✓ all %n good</numerusform>
            <numerusform>✓ all %n good</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::ReviewController</name>
    <message numerus="yes">
        <source>%n segment(s)</source>
        <translation>
            <numerusform>%n segment</numerusform>
            <numerusform>%n segments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) %1.</source>
        <translation>
            <numerusform>%n episode %1.</numerusform>
            <numerusform>%n episodes %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) refused: %1</source>
        <translation>
            <numerusform>%n episode refused: %1</numerusform>
            <numerusform>%n episodes refused: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The verdict on %n episode(s) is taken back.</source>
        <translation>
            <numerusform>The verdict on %n episode is taken back.</numerusform>
            <numerusform>The verdict on %n episodes is taken back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>understudy::ReviewPage</name>
    <message numerus="yes">
        <source>%n episode(s)</source>
        <translation>
            <numerusform>%n episode</numerusform>
            <numerusform>%n episodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) selected</source>
        <translation>
            <numerusform>%n episode selected</numerusform>
            <numerusform>%n episodes selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Why is it unusable? (%n episode(s))</source>
        <translation>
            <numerusform>Why is it unusable? (%n episode)</numerusform>
            <numerusform>Why is it unusable? (%n episodes)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What shall the annotator change? (%n episode(s))</source>
        <translation>
            <numerusform>What shall the annotator change? (%n episode)</numerusform>
            <numerusform>What shall the annotator change? (%n episodes)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What shall the station do again? (%n episode(s))</source>
        <translation>
            <numerusform>What shall the station do again? (%n episode)</numerusform>
            <numerusform>What shall the station do again? (%n episodes)</numerusform>
        </translation>
    </message>
</context>
</TS>
