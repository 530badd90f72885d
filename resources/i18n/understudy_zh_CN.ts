<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>HoldReason</name>
    <message>
        <source>stop requested; let go and hold to drive to go on</source>
        <translation>已请求停止；松开后再按住驱动键即可继续</translation>
    </message>
    <message>
        <source>no robot answers; check its link</source>
        <translation>机器人没有应答；请检查连接</translation>
    </message>
    <message>
        <source>the robot's state is late; check its link</source>
        <translation>机器人状态延迟；请检查连接</translation>
    </message>
    <message>
        <source>no operator device sends; switch it on</source>
        <translation>没有操作设备在发送；请打开设备</translation>
    </message>
    <message>
        <source>the operator's device is late; check it</source>
        <translation>操作设备延迟；请检查设备</translation>
    </message>
    <message>
        <source>hands are not tracked; bring them into view</source>
        <translation>手部未被追踪；请移入视野</translation>
    </message>
    <message>
        <source>the picture is late; wait for it</source>
        <translation>画面延迟；请稍候</translation>
    </message>
    <message>
        <source>hold to drive</source>
        <translation>请按住驱动键</translation>
    </message>
    <message>
        <source>clutch held; release it to go on</source>
        <translation>离合已按住；松开即可继续</translation>
    </message>
    <message>
        <source>the hand jumped; let go and hold to drive again</source>
        <translation>手部数据跳变；请松开后重新按住驱动键</translation>
    </message>
    <message>
        <source>no safe way there; move back a little</source>
        <translation>无法安全到达；请退回一点</translation>
    </message>
    <message>
        <source>parked; press clear when the table is ready</source>
        <translation>已停放；桌面准备好后请按“桌面就绪”</translation>
    </message>
    <message>
        <source>contact; back off</source>
        <translation>发生接触；请退开</translation>
    </message>
</context>
<context>
    <name>understudy::AnnotateController</name>
    <message>
        <source>Opening the episode …</source>
        <translation>正在打开这段录制……</translation>
    </message>
    <message>
        <source>The library is empty: record an episode on the Operate page.</source>
        <translation>库是空的：请先在“操作”页录制一段。</translation>
    </message>
    <message>
        <source>There is no further episode this way.</source>
        <translation>这个方向没有更多录制了。</translation>
    </message>
    <message>
        <source>Handed in for review. Alt+Right opens the next episode.</source>
        <translation>已提交审核。按 Alt+Right 打开下一段。</translation>
    </message>
</context>
<context>
    <name>understudy::AnnotatePage</name>
    <message>
        <source>This edit was not saved and has been taken back: %1</source>
        <translation>这次修改没有保存，已撤回：%1</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>播放或暂停</translation>
    </message>
    <message>
        <source>Play at double speed</source>
        <translation>两倍速播放</translation>
    </message>
    <message>
        <source>One image back</source>
        <translation>后退一帧画面</translation>
    </message>
    <message>
        <source>One image on</source>
        <translation>前进一帧画面</translation>
    </message>
    <message>
        <source>Ten images back</source>
        <translation>后退十帧画面</translation>
    </message>
    <message>
        <source>Ten images on</source>
        <translation>前进十帧画面</translation>
    </message>
    <message>
        <source>One image back (arrow)</source>
        <translation>后退一帧画面（方向键）</translation>
    </message>
    <message>
        <source>One image on (arrow)</source>
        <translation>前进一帧画面（方向键）</translation>
    </message>
    <message>
        <source>Previous edge</source>
        <translation>上一个边界</translation>
    </message>
    <message>
        <source>Next edge</source>
        <translation>下一个边界</translation>
    </message>
    <message>
        <source>Tier above</source>
        <translation>上一层</translation>
    </message>
    <message>
        <source>Tier below</source>
        <translation>下一层</translation>
    </message>
    <message>
        <source>End this segment here and begin the next</source>
        <translation>在此结束本段并开始下一段</translation>
    </message>
    <message>
        <source>Segment starts here</source>
        <translation>本段从这里开始</translation>
    </message>
    <message>
        <source>Segment ends here</source>
        <translation>本段到这里结束</translation>
    </message>
    <message>
        <source>Split at the playhead</source>
        <translation>在播放头处拆分</translation>
    </message>
    <message>
        <source>Delete segment</source>
        <translation>删除分段</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Hand in for review</source>
        <translation>提交审核</translation>
    </message>
    <message>
        <source>Next episode</source>
        <translation>下一段录制</translation>
    </message>
    <message>
        <source>Previous episode</source>
        <translation>上一段录制</translation>
    </message>
    <message>
        <source>3D view home</source>
        <translation>三维视图复位</translation>
    </message>
    <message>
        <source>Label %1</source>
        <translation>标签 %1</translation>
    </message>
    <message>
        <source>LABELS</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Hand in   Ctrl+Enter</source>
        <translation>提交   Ctrl+Enter</translation>
    </message>
    <message>
        <source>This episode has no robot model to show in 3D.</source>
        <translation>这段录制没有可在三维中显示的机器人模型。</translation>
    </message>
    <message>
        <source>Enter ends this segment here and begins the next. Drag on a lane makes one, [ and ] move its edges.</source>
        <translation>按 Enter 在此结束本段并开始下一段。在轨道上拖动可新建分段，[ 和 ] 移动边界。</translation>
    </message>
    <message>
        <source>no picture at this time</source>
        <translation>此刻没有画面</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>No segment selected.</source>
        <translation>未选中分段。</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;%2 – %3 s, %4 s long</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;%2 – %3 秒，长 %4 秒</translation>
    </message>
</context>
<context>
    <name>understudy::EpisodeService</name>
    <message>
        <source>Left arm</source>
        <translation>左臂</translation>
    </message>
    <message>
        <source>Right arm</source>
        <translation>右臂</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) of this recording are damaged and left out.</source>
        <translation>
            <numerusform>这段录制有 %n 处损坏，已略过。</numerusform></translation>
    </message>
</context>
<context>
    <name>understudy::EpisodeTable</name>
    <message>
        <source>recording</source>
        <translation>录制中</translation>
    </message>
    <message>
        <source>recorded</source>
        <translation>已录制</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>已检查</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>已隔离</translation>
    </message>
    <message>
        <source>being labelled</source>
        <translation>标注中</translation>
    </message>
    <message>
        <source>labelled</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>in review</source>
        <translation>审核中</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>returned</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>set aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>success</source>
        <translation>成功</translation>
    </message>
    <message>
        <source>failure</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>%1 (sim)</source>
        <translation>%1（仿真）</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Robot</source>
        <translation>机器人</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
</context>
<context>
    <name>understudy::KeySheet</name>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Reset all keys</source>
        <translation>恢复全部按键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Click a key to change it.</source>
        <translation>点击按键即可修改。</translation>
    </message>
    <message>
        <source>THIS PAGE</source>
        <translation>本页</translation>
    </message>
    <message>
        <source>EVERYWHERE</source>
        <translation>全局</translation>
    </message>
    <message>
        <source>Press the new key, Esc to keep the old one.</source>
        <translation>请按新的按键，按 Esc 保留原来的。</translation>
    </message>
    <message>
        <source>%1 is already used for “%2”. Choose another key.</source>
        <translation>%1 已用于“%2”，请换一个按键。</translation>
    </message>
</context>
<context>
    <name>understudy::LabelSet</name>
    <message>
        <source>Add segment</source>
        <translation>添加分段</translation>
    </message>
    <message>
        <source>Move segment</source>
        <translation>移动分段</translation>
    </message>
    <message>
        <source>Label segment</source>
        <translation>标注分段</translation>
    </message>
    <message>
        <source>Delete segment</source>
        <translation>删除分段</translation>
    </message>
    <message>
        <source>Split segment</source>
        <translation>拆分分段</translation>
    </message>
</context>
<context>
    <name>understudy::MessageBar</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>understudy::OperatePage</name>
    <message>
        <source>Dropped the object</source>
        <translation>物体掉落</translation>
    </message>
    <message>
        <source>Missed the grasp</source>
        <translation>没有抓住</translation>
    </message>
    <message>
        <source>Put it in the wrong place</source>
        <translation>放错位置</translation>
    </message>
    <message>
        <source>Hit something</source>
        <translation>发生碰撞</translation>
    </message>
    <message>
        <source>Robot or camera fault</source>
        <translation>机器人或相机故障</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>其他原因</translation>
    </message>
    <message>
        <source>Hold to drive</source>
        <translation>按住驱动</translation>
    </message>
    <message>
        <source>Start a take</source>
        <translation>开始一次录制</translation>
    </message>
    <message>
        <source>End the take: success</source>
        <translation>结束录制：成功</translation>
    </message>
    <message>
        <source>End the take: failure …</source>
        <translation>结束录制：失败……</translation>
    </message>
    <message>
        <source>Redo: set this take aside</source>
        <translation>重录：搁置这一次</translation>
    </message>
    <message>
        <source>Mark this moment</source>
        <translation>标记此刻</translation>
    </message>
    <message>
        <source>The table is clear</source>
        <translation>桌面就绪</translation>
    </message>
    <message>
        <source>Robot home</source>
        <translation>机器人回位</translation>
    </message>
    <message>
        <source>TASK</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>LAST TAKES</source>
        <translation>最近录制</translation>
    </message>
    <message>
        <source>CAMERAS</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Start take</source>
        <translation>开始录制</translation>
    </message>
    <message>
        <source>Success</source>
        <translation>成功</translation>
    </message>
    <message>
        <source>Failure …</source>
        <translation>失败……</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Stop request</source>
        <translation>请求停止</translation>
    </message>
    <message>
        <source>Table is clear</source>
        <translation>桌面就绪</translation>
    </message>
    <message>
        <source>%1 of %2 wanted today</source>
        <translation>今日需要 %2，已完成 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s) this session</source>
        <translation>
            <numerusform>本次会话已录 %n 次</numerusform></translation>
    </message>
    <message>
        <source>motion to command %1 ms</source>
        <translation>动作到指令 %1 毫秒</translation>
    </message>
    <message>
        <source>target to measured %1 mm</source>
        <translation>目标与实测相差 %1 毫米</translation>
    </message>
    <message>
        <source>disk for %1 h</source>
        <translation>磁盘还可录 %1 小时</translation>
    </message>
    <message>
        <source>no take</source>
        <translation>未在录制</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>no streams</source>
        <translation>没有数据流</translation>
    </message>
    <message numerus="yes">
        <source>✓ all %n good</source>
        <translation>
            <numerusform>✓ 全部 %n 路正常</numerusform></translation>
    </message>
    <message>
        <source>%1 lost</source>
        <translation>丢失 %1</translation>
    </message>
    <message>
        <source>%1  %2 of %3 Hz</source>
        <translation>%1  %2 / %3 Hz</translation>
    </message>
</context>
<context>
    <name>understudy::PracticeGuide</name>
    <message>
        <source>This robot is simulated: nothing can break. A recorded person moves it for you. The violet ghost is where the robot shall go, the solid one where it is.</source>
        <translation>这台机器人是仿真的，什么都不会弄坏。一段录好的人体动作替你驱动它。紫色虚影是机器人要去的位置，实体是它现在的位置。</translation>
    </message>
    <message>
        <source>The largest word says what the robot does. It follows only while hold-to-drive is held: letting go is always the first stop.</source>
        <translation>最大的字说明机器人的状态。只有按住驱动键时它才跟随：松手永远是第一道停止。</translation>
    </message>
    <message>
        <source>Press R to start a take. The second before your press is kept too.</source>
        <translation>按 R 开始一次录制。按键前的一秒也会保留。</translation>
    </message>
    <message>
        <source>When the block is in the tray, press Enter for success, or F and a digit for a failure.</source>
        <translation>积木放进托盘后，按 Enter 表示成功，或按 F 再按数字表示失败。</translation>
    </message>
    <message>
        <source>Between takes the robot is parked. Make the table ready, then press C.</source>
        <translation>两次录制之间机器人处于停放状态。把桌面准备好，然后按 C。</translation>
    </message>
    <message>
        <source>Start another take with R.</source>
        <translation>按 R 再录一次。</translation>
    </message>
    <message>
        <source>Not good? Z sets it aside; it can be brought back until the shift ends.</source>
        <translation>不满意？按 Z 搁置；本班结束前都可以取回。</translation>
    </message>
    <message>
        <source>Esc is the stop request, on every page. Press it now.</source>
        <translation>在每个页面，Esc 都是请求停止。现在按一下。</translation>
    </message>
    <message>
        <source>The robot keeps its posture. Press C to go on.</source>
        <translation>机器人保持姿态。按 C 继续。</translation>
    </message>
    <message>
        <source>Ctrl+2 opens Annotate with your take. Move with A and D, and press Enter where the reach ends.</source>
        <translation>Ctrl+2 在“标注”页打开你的录制。用 A 和 D 移动，在伸手结束处按 Enter。</translation>
    </message>
    <message>
        <source>Ctrl+3 opens Review. Press A to accept your take; Ctrl+Z takes it back.</source>
        <translation>Ctrl+3 打开“审核”页。按 A 通过你的录制；Ctrl+Z 收回。</translation>
    </message>
    <message>
        <source>That was all. F1 shows every key. Practice takes stand in no list and no export.</source>
        <translation>就这些。F1 显示所有按键。练习录制不进入任何列表和导出。</translation>
    </message>
    <message>
        <source>FIRST HOUR · %1 OF %2</source>
        <translation>入门 · 第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
</context>
<context>
    <name>understudy::ReviewController</name>
    <message>
        <source>%1 s, %2 steps, %3 missed</source>
        <translation>%1 秒，%2 步，错过 %3 步</translation>
    </message>
    <message>
        <source>%1 lost %2 samples</source>
        <translation>%1 丢失 %2 个样本</translation>
    </message>
    <message>
        <source>Recovered after a crash: say its outcome.</source>
        <translation>崩溃后恢复：请说明结果。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>This episode is %1.</source>
        <translation>这段录制%1。</translation>
    </message>
    <message>
        <source>Take back  Ctrl+Z</source>
        <translation>收回  Ctrl+Z</translation>
    </message>
    <message>
        <source>There is no verdict of this session to take back.</source>
        <translation>本次会话没有可收回的结论。</translation>
    </message>
    <message>
        <source>The verdict is taken back.</source>
        <translation>结论已收回。</translation>
    </message>
</context>
<context>
    <name>understudy::ReviewPage</name>
    <message>
        <source>An edge is late or early</source>
        <translation>边界偏早或偏晚</translation>
    </message>
    <message>
        <source>A wrong label</source>
        <translation>标签错误</translation>
    </message>
    <message>
        <source>A segment is missing</source>
        <translation>缺少分段</translation>
    </message>
    <message>
        <source>See the note</source>
        <translation>见备注</translation>
    </message>
    <message>
        <source>Do this task again</source>
        <translation>请重做这个任务</translation>
    </message>
    <message>
        <source>Table not as on the card</source>
        <translation>桌面与任务卡不符</translation>
    </message>
    <message>
        <source>Wrong task</source>
        <translation>任务错误</translation>
    </message>
    <message>
        <source>A camera froze or is dark</source>
        <translation>相机卡住或画面过暗</translation>
    </message>
    <message>
        <source>The robot did not follow</source>
        <translation>机器人没有跟随</translation>
    </message>
    <message>
        <source>A person is in the picture</source>
        <translation>画面中有人</translation>
    </message>
    <message>
        <source>Data is damaged</source>
        <translation>数据损坏</translation>
    </message>
    <message>
        <source>Next episode</source>
        <translation>下一段录制</translation>
    </message>
    <message>
        <source>Previous episode</source>
        <translation>上一段录制</translation>
    </message>
    <message>
        <source>Open in Annotate</source>
        <translation>在“标注”中打开</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>通过</translation>
    </message>
    <message>
        <source>Return to the annotator …</source>
        <translation>退回给标注员……</translation>
    </message>
    <message>
        <source>Return to the station …</source>
        <translation>退回给工位……</translation>
    </message>
    <message>
        <source>Reject …</source>
        <translation>拒绝……</translation>
    </message>
    <message>
        <source>Take the last verdict back</source>
        <translation>收回上一个结论</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search task and instruction, in any language</source>
        <translation>搜索任务和指令，任何语言均可</translation>
    </message>
    <message>
        <source>Any state</source>
        <translation>任何状态</translation>
    </message>
    <message>
        <source>Any outcome</source>
        <translation>任何结果</translation>
    </message>
    <message>
        <source>Show more</source>
        <translation>显示更多</translation>
    </message>
    <message>
        <source>Return to annotator …</source>
        <translation>退回给标注员……</translation>
    </message>
    <message>
        <source>Return to station …</source>
        <translation>退回给工位……</translation>
    </message>
    <message>
        <source>Take verdict back</source>
        <translation>收回结论</translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) shown, there are more</source>
        <translation>
            <numerusform>已显示 %n 段，还有更多</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s)</source>
        <translation>
            <numerusform>%n 段录制</numerusform></translation>
    </message>
    <message>
        <source>No episode fits. Record one on the Operate page, or widen the filter.</source>
        <translation>没有符合的录制。请在“操作”页录制，或放宽筛选条件。</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>没有画面</translation>
    </message>
</context>
<context>
    <name>understudy::RobotPlate</name>
    <message>
        <source>NO ROBOT</source>
        <translation>无机器人</translation>
    </message>
    <message>
        <source>REAL</source>
        <translation>真机</translation>
    </message>
    <message>
        <source>SIM</source>
        <translation>仿真</translation>
    </message>
    <message>
        <source>stop damps: will sink</source>
        <translation>停止即阻尼：会下沉</translation>
    </message>
    <message>
        <source>stop keeps posture</source>
        <translation>停止保持姿态</translation>
    </message>
</context>
<context>
    <name>understudy::RobotViewport</name>
    <message>
        <source>Robot in 3D</source>
        <translation>三维机器人</translation>
    </message>
    <message>
        <source>Preparing the 3D view …</source>
        <translation>正在准备三维视图……</translation>
    </message>
</context>
<context>
    <name>understudy::SessionController</name>
    <message>
        <source>set aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>success</source>
        <translation>成功</translation>
    </message>
    <message>
        <source>failure</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>已保留</translation>
    </message>
    <message>
        <source>Preparing the session …</source>
        <translation>正在准备会话……</translation>
    </message>
    <message>
        <source>Ready. R starts a take.</source>
        <translation>就绪。按 R 开始录制。</translation>
    </message>
    <message>
        <source>Stop requested: the robot keeps its posture.</source>
        <translation>已请求停止：机器人保持姿态。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Set aside. Make the table ready, then press C.</source>
        <translation>已搁置。准备好桌面，然后按 C。</translation>
    </message>
    <message>
        <source>Kept. Make the table ready, then press C.</source>
        <translation>已保留。准备好桌面，然后按 C。</translation>
    </message>
    <message>
        <source>Make the table ready, then press C.</source>
        <translation>准备好桌面，然后按 C。</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>无数据</translation>
    </message>
    <message>
        <source>%1 Hz</source>
        <translation>%1 Hz</translation>
    </message>
</context>
<context>
    <name>understudy::StateBanner</name>
    <message>
        <source>RESET</source>
        <translation>复位</translation>
    </message>
    <message>
        <source>NO ROBOT</source>
        <translation>无机器人</translation>
    </message>
    <message>
        <source>READY</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>ALIGN</source>
        <translation>对齐</translation>
    </message>
    <message>
        <source>ENGAGING</source>
        <translation>接合中</translation>
    </message>
    <message>
        <source>ACTIVE</source>
        <translation>跟随中</translation>
    </message>
    <message>
        <source>HOLD</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>LETTING GO</source>
        <translation>松开中</translation>
    </message>
    <message>
        <source>FAULT</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>STOPPED</source>
        <translation>已停止</translation>
    </message>
</context>
<context>
    <name>understudy::Studio</name>
    <message>
        <source>Operate</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Annotate</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>No station is connected. Start with: understudy demo</source>
        <translation>没有连接工位。请用 understudy demo 启动</translation>
    </message>
</context>
<context>
    <name>understudy::StudioWindow</name>
    <message>
        <source>Show all keys</source>
        <translation>显示全部按键</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>深色或浅色</translation>
    </message>
    <message>
        <source>Switch language</source>
        <translation>切换语言</translation>
    </message>
    <message>
        <source>Keys  F1</source>
        <translation>按键  F1</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
</context>
<context>
    <name>understudy::Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>秒</translation>
    </message>
</context>
<context>
    <name>understudy::ViewportRenderer</name>
    <message>
        <source>The 3D view lost its graphics context and is starting again.</source>
        <translation>三维视图失去图形上下文，正在重新启动。</translation>
    </message>
    <message>
        <source>No 3D view: %1.</source>
        <translation>没有三维视图：%1。</translation>
    </message>
</context>
</TS>
