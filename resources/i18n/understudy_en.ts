<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>understudy::EpisodeService</name>
    <message numerus="yes">
        <source>%n part(s) of this recording are damaged and left out.</source>
        <translation>
            <numerusform>%n part of this recording are damaged and left out.</numerusform><numerusform>%n parts of this recording are damaged and left out.</numerusform></translation>
    </message>
</context>
<context>
    <name>understudy::OperatePage</name>
    <message numerus="yes">
        <source>%n take(s) this session</source>
        <translation>
            <numerusform>%n take this session</numerusform><numerusform>%n takes this session</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>✓ all %n good</source>
        <translation>
            <numerusform>✓ all %n good</numerusform><numerusform>✓ all %n good</numerusform></translation>
    </message>
</context>
<context>
    <name>understudy::ReviewPage</name>
    <message numerus="yes">
        <source>%n episode(s) shown, there are more</source>
        <translation>
            <numerusform>%n episode shown, there are more</numerusform><numerusform>%n episodes shown, there are more</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s)</source>
        <translation>
            <numerusform>%n episode</numerusform><numerusform>%n episodes</numerusform></translation>
    </message>
</context>
</TS>
