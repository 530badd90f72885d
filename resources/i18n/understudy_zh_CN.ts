<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>EpisodeSignals</name>
    <message>
        <source>left</source>
        <translation>左</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右</translation>
    </message>
    <message>
        <source>Wrist speed</source>
        <translation>手腕速度</translation>
    </message>
    <message>
        <source>Hand closed</source>
        <translation>手部闭合</translation>
    </message>
    <message>
        <source>Hand contact</source>
        <translation>手部接触力</translation>
    </message>
    <message>
        <source>Joints</source>
        <translation>关节</translation>
    </message>
</context>
<context>
    <name>HoldReason</name>
    <message>
        <source>no robot answers; check its link</source>
        <translation>机器人没有应答；请检查连接</translation>
    </message>
    <message>
        <source>the robot&apos;s state is late; check its link</source>
        <translation>机器人状态延迟；请检查连接</translation>
    </message>
    <message>
        <source>no operator device sends; switch it on</source>
        <translation>没有操作设备在发送；请打开设备</translation>
    </message>
    <message>
        <source>the operator&apos;s device is late; check it</source>
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
    <message>
        <source>stop requested; press C to go on</source>
        <translation>已请求停止；按 C 继续</translation>
    </message>
    <message>
        <source>the hand is outside of the workspace; bring it back</source>
        <translation>手超出工作空间；请移回</translation>
    </message>
</context>
<context>
    <name>LibraryJobs</name>
    <message>
        <source>Exporting: %1 of %2 episodes, %3 rows</source>
        <translation>正在导出：第 %1 段，共 %2 段，已写 %3 行</translation>
    </message>
    <message>
        <source>The export was cancelled. Nothing was left behind.</source>
        <translation>导出已取消，没有留下任何文件。</translation>
    </message>
    <message>
        <source>%1 episodes, %2 rows are in %3.</source>
        <translation>已将 %1 段录制、%2 行数据写入 %3。</translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) left out; the first because: %1</source>
        <translation>
            <numerusform>略过 %n 段；第一段的原因：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Checking: %n episode(s) read</source>
        <translation>
            <numerusform>正在检查：已读 %n 段</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 episodes are whole.</source>
        <translation>%2 段录制中 %1 段完好。</translation>
    </message>
    <message>
        <source>The check was cancelled.</source>
        <translation>检查已取消。</translation>
    </message>
    <message>
        <source>The damaged ones are quarantined: look at them with the state filter. The first: %1</source>
        <translation>损坏的录制已隔离，可用状态筛选查看。第一段：%1</translation>
    </message>
    <message>
        <source>The import was cancelled. Nothing was left behind.</source>
        <translation>导入已取消，没有留下任何文件。</translation>
    </message>
    <message>
        <source>Reading the description and its meshes …</source>
        <translation>正在读取机器人描述和网格……</translation>
    </message>
    <message>
        <source>Storing the model …</source>
        <translation>正在存入模型……</translation>
    </message>
    <message>
        <source>%1 with %2 joints is in the library. Drive it with: understudy demo --robot %3</source>
        <translation>%1（%2 个关节）已存入库中。驱动它：understudy demo --robot %3</translation>
    </message>
</context>
<context>
    <name>RecorderView</name>
    <message>
        <source>silent</source>
        <translation>无数据</translation>
    </message>
    <message>
        <source>queue full, %1 lost</source>
        <translation>队列已满，丢失 %1</translation>
    </message>
    <message>
        <source>encoder late, %1 images lost</source>
        <translation>编码跟不上，丢失 %1 帧</translation>
    </message>
    <message>
        <source>%1 images could not be encoded</source>
        <translation>%1 帧无法编码</translation>
    </message>
    <message>
        <source>%1 lost</source>
        <translation>丢失 %1</translation>
    </message>
    <message>
        <source>a fault of the robot</source>
        <translation>机器人故障</translation>
    </message>
    <message>
        <source>a contact</source>
        <translation>发生接触</translation>
    </message>
    <message>
        <source>a posture without a solution</source>
        <translation>姿态无解</translation>
    </message>
    <message>
        <source>a stop request while driving</source>
        <translation>驱动中收到停止请求</translation>
    </message>
    <message>
        <source>the robot fell silent</source>
        <translation>机器人无响应</translation>
    </message>
    <message>
        <source>the operator&apos;s device fell silent</source>
        <translation>操作员设备无响应</translation>
    </message>
    <message>
        <source>the disk has not answered for %1 s; samples wait in memory</source>
        <translation>磁盘已 %1 秒无响应；数据暂存于内存</translation>
    </message>
    <message numerus="yes">
        <source>the disk stalled %n time(s), at most for %1 s</source>
        <translation>
            <numerusform>磁盘停顿 %n 次，最长 %1 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk has room for %n minute(s) of recording. Takes that were set aside are being removed; make more room before the next ones.</source>
        <translation>
            <numerusform>磁盘还可录制 %n 分钟。搁置的录制正在移除；请在继续录制前腾出空间。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The disk has room for %n minute(s) of recording: end this take and make room.</source>
        <translation>
            <numerusform>磁盘只够再录 %n 分钟：请结束本次录制并腾出空间。</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2: its last seconds could not be kept. %3</source>
        <translation>%1，%2：最后几秒未能保存。%3</translation>
    </message>
    <message>
        <source>%1, %2: the ten seconds before are kept in blackbox/%3</source>
        <translation>%1，%2：此前十秒已保存在 blackbox/%3</translation>
    </message>
</context>
<context>
    <name>SessionNotes</name>
    <message>
        <source>no shadows and no edge smoothing</source>
        <translation>不画阴影，不做边缘平滑</translation>
    </message>
    <message>
        <source>coarser meshes</source>
        <translation>网格变粗</translation>
    </message>
    <message>
        <source>%1×%2 at %3 Hz instead of %4×%5 at %6 Hz</source>
        <translation>%1×%2、%3 Hz，而非 %4×%5、%6 Hz</translation>
    </message>
    <message>
        <source>%1 of %2 cameras left out</source>
        <translation>%2 路相机中停用 %1 路</translation>
    </message>
    <message>
        <source>No profile fits %1: one was proposed from the model. Look at it and correct it with “understudy profile”.</source>
        <translation>没有适合 %1 的机器人配置：已按模型拟出一份。请用“understudy profile”查看并更正。</translation>
    </message>
    <message>
        <source>No cameras: the profile of %1 names none ([[cameras]]).</source>
        <translation>没有相机：%1 的机器人配置未列出任何相机（[[cameras]]）。</translation>
    </message>
    <message>
        <source>No simulated cameras: %1.</source>
        <translation>没有仿真相机：%1。</translation>
    </message>
    <message>
        <source>Lowered for this machine (%1, %2 ms an image): %3.</source>
        <translation>已按本机能力降低画质（%1，每幅 %2 毫秒）：%3。</translation>
    </message>
    <message>
        <source>; </source>
        <translation>；</translation>
    </message>
    <message>
        <source>A take that a crash cut short was recovered, %1 ms short: %2. Say its outcome.</source>
        <translation>已恢复一次因崩溃中断的录制，缺末尾 %1 毫秒：%2。请补报其结果。</translation>
    </message>
    <message>
        <source>The take %1 could not be recovered: %2.</source>
        <translation>录制 %1 无法恢复：%2。</translation>
    </message>
    <message>
        <source>Encoding takes %1 cores even with the cheapest preset.</source>
        <translation>即使用最省的预设，编码也要占用 %1 个核。</translation>
    </message>
</context>
<context>
    <name>understudy</name>
    <message>
        <source>%1 of %2 Hz</source>
        <translation>%1 / %2 Hz</translation>
    </message>
    <message>
        <source>as it happens</source>
        <translation>事件触发</translation>
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
        <source>Not handed in: %1</source>
        <translation>未提交：%1</translation>
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
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>no picture at this time</source>
        <translation>此刻没有画面</translation>
    </message>
    <message>
        <source>Yes, go on: accept the draft, or end the segment here and begin the next</source>
        <translation>确认并继续：接受草稿，或在此结束本段并开始下一段</translation>
    </message>
    <message>
        <source>Play backwards, again for faster</source>
        <translation>倒放，再按加速</translation>
    </message>
    <message>
        <source>Play, again for faster</source>
        <translation>播放，再按加速</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>跳到开头</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>跳到结尾</translation>
    </message>
    <message>
        <source>Play the segment again and again</source>
        <translation>循环播放本段</translation>
    </message>
    <message>
        <source>Find a label by typing</source>
        <translation>输入查找标签</translation>
    </message>
    <message>
        <source>Snap edges, or not</source>
        <translation>边界吸附开或关</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Whole episode</source>
        <translation>显示整段</translation>
    </message>
    <message>
        <source>Hand in for review, and the next one</source>
        <translation>提交审核并打开下一段</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Other set of keys</source>
        <translation>切换键位方案</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Snap on</source>
        <translation>吸附：开</translation>
    </message>
    <message>
        <source>Snap off</source>
        <translation>吸附：关</translation>
    </message>
    <message>
        <source>Keys: usual</source>
        <translation>键位：通用</translation>
    </message>
    <message>
        <source>Keys: left hand</source>
        <translation>键位：左手</translation>
    </message>
    <message>
        <source>%1 changes the set, F1 shows it</source>
        <translation>%1 切换方案，F1 查看全部按键</translation>
    </message>
    <message>
        <source>Hand in, next</source>
        <translation>提交，下一段</translation>
    </message>
    <message>
        <source>%1 ends the segment here and begins the next, or accepts a draft. Drag on a lane makes one; %2 and %3 set its edges.</source>
        <translation>%1：在此结束本段并开始下一段，或接受草稿。在轨道上拖动可新建分段；%2、%3 设定起止边界。</translation>
    </message>
    <message>
        <source>SEGMENT</source>
        <translation>分段</translation>
    </message>
    <message>
        <source>This episode has no robot model, so nothing is shown in 3D. Cameras, plots and labels work.</source>
        <translation>这段录制没有机器人模型，无法显示三维视图。相机、曲线和标注照常可用。</translation>
    </message>
    <message>
        <source>This episode has no camera: label by the 3D view and the plots. Steps are 1/30 s.</source>
        <translation>这段录制没有相机：请根据三维视图和曲线标注。步长为 1/30 秒。</translation>
    </message>
    <message>
        <source>of %1 s</source>
        <translation>共 %1 秒</translation>
    </message>
    <message>
        <source>image %1 of %2</source>
        <translation>第 %1 帧，共 %2 帧</translation>
    </message>
    <message>
        <source>✓  Every edit is saved</source>
        <translation>✓  所有修改均已保存</translation>
    </message>
    <message numerus="yes">
        <source>…  Saving %n edit(s)</source>
        <translation>
            <numerusform>…  正在保存 %n 处修改</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing ends here yet: go on to where the skill ends.</source>
        <translation>这里还没有可结束的分段：请移动到技能结束处。</translation>
    </message>
    <message>
        <source>Select a segment first: its edge moves to the playhead.</source>
        <translation>请先选中一个分段：其边界会移到播放头处。</translation>
    </message>
    <message>
        <source>None is selected. A click selects one.</source>
        <translation>未选中分段，单击即可选中。</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;%2 – %3 s&lt;br&gt;%4 s long</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;%2 – %3 秒&lt;br&gt;时长 %4 秒</translation>
    </message>
    <message>
        <source>  ·  draft, %1 accepts it</source>
        <translation>  ·  草稿，按 %1 接受</translation>
    </message>
</context>
<context>
    <name>understudy::CauseCard</name>
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
        <source>WHY DID THE TAKE FAIL?</source>
        <translation>这次录制为何失败？</translation>
    </message>
    <message>
        <source>The take goes on until you choose; F again: it did not fail.</source>
        <translation>选择前录制仍在继续；再按 F 表示没有失败。</translation>
    </message>
</context>
<context>
    <name>understudy::ConfirmCard</name>
    <message>
        <source>A REAL ROBOT</source>
        <translation>真实机器人</translation>
    </message>
    <message>
        <source>%1 moves in the room, with people near it. On a stop request it %2. Type its serial, %3, to take command.</source>
        <translation>%1 在有人的房间里运动。请求停止时它会%2。输入其序列号 %3 以取得控制权。</translation>
    </message>
    <message>
        <source>damps and will sink</source>
        <translation>进入阻尼并下沉</translation>
    </message>
    <message>
        <source>keeps its posture</source>
        <translation>保持姿态</translation>
    </message>
    <message>
        <source>Take command</source>
        <translation>取得控制权</translation>
    </message>
    <message>
        <source>serial</source>
        <translation>序列号</translation>
    </message>
</context>
<context>
    <name>understudy::DriverCard</name>
    <message>
        <source>DRIVER</source>
        <translation>驱动方式</translation>
    </message>
    <message>
        <source>Mouse and keys</source>
        <translation>鼠标和键盘</translation>
    </message>
    <message>
        <source>Station&apos;s rig</source>
        <translation>工位设备</translation>
    </message>
    <message>
        <source>hold to drive</source>
        <translation>按住驱动</translation>
    </message>
    <message>
        <source>drag a ring</source>
        <translation>拖动圆环</translation>
    </message>
    <message>
        <source>move that hand</source>
        <translation>移动那只手</translation>
    </message>
    <message>
        <source>turn the hand</source>
        <translation>转动手</translation>
    </message>
    <message>
        <source>the other hand</source>
        <translation>换另一只手</translation>
    </message>
    <message>
        <source>◉ left hand</source>
        <translation>◉ 左手</translation>
    </message>
    <message>
        <source>◉ right hand</source>
        <translation>◉ 右手</translation>
    </message>
    <message>
        <source>gripper</source>
        <translation>夹爪</translation>
    </message>
    <message>
        <source>away, closer</source>
        <translation>远离、靠近</translation>
    </message>
</context>
<context>
    <name>understudy::EpisodeService</name>
    <message numerus="yes">
        <source>%n part(s) of this recording are damaged and left out.</source>
        <translation>
            <numerusform>这段录制有 %n 处损坏，已略过。</numerusform>
        </translation>
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
    <message>
        <source>no picture</source>
        <translation>没有画面</translation>
    </message>
    <message>
        <source>recovered</source>
        <translation>已恢复</translation>
    </message>
</context>
<context>
    <name>understudy::GateCard</name>
    <message>
        <source>robot answers</source>
        <translation>机器人有应答</translation>
    </message>
    <message>
        <source>its state is fresh</source>
        <translation>机器人状态及时</translation>
    </message>
    <message>
        <source>operator device sends</source>
        <translation>操作设备在发送</translation>
    </message>
    <message>
        <source>its samples are fresh</source>
        <translation>设备数据及时</translation>
    </message>
    <message>
        <source>both hands tracked</source>
        <translation>双手均被追踪</translation>
    </message>
    <message>
        <source>picture is fresh</source>
        <translation>画面及时</translation>
    </message>
    <message>
        <source>clutch is open</source>
        <translation>离合已松开</translation>
    </message>
    <message>
        <source>no jump</source>
        <translation>无跳变</translation>
    </message>
    <message>
        <source>solver finds a way</source>
        <translation>求解器有解</translation>
    </message>
    <message>
        <source>nothing in the way</source>
        <translation>无碰撞</translation>
    </message>
    <message>
        <source>hands in the workspace</source>
        <translation>双手在工作空间内</translation>
    </message>
    <message>
        <source>no stop request</source>
        <translation>无停止请求</translation>
    </message>
    <message>
        <source>BEFORE ENGAGING</source>
        <translation>接合前检查</translation>
    </message>
    <message>
        <source>Mend what is marked ✕.</source>
        <translation>请排除标有 ✕ 的项。</translation>
    </message>
    <message>
        <source>Hold %1 to drive.</source>
        <translation>按住 %1 驱动。</translation>
    </message>
    <message>
        <source>Ready for the operator&apos;s hold-to-drive.</source>
        <translation>就绪，等待操作员按住驱动。</translation>
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
    <name>understudy::LabelPanel</name>
    <message>
        <source>LABELS</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Type initials: zq, gr …</source>
        <translation>输入首字母：zq、gr……</translation>
    </message>
    <message>
        <source>%1  type initials: zq, gr …</source>
        <translation>%1  输入首字母：zq、gr……</translation>
    </message>
    <message>
        <source>Find a label</source>
        <translation>查找标签</translation>
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
    <message>
        <source>Accept draft</source>
        <translation>接受草稿</translation>
    </message>
</context>
<context>
    <name>understudy::LastTakes</name>
    <message>
        <source>Bring the take set aside last back</source>
        <translation>恢复最近搁置的录制</translation>
    </message>
    <message>
        <source>Correct the last take …</source>
        <translation>更正最近一次录制……</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>更正</translation>
    </message>
    <message>
        <source>Out of the tray, into the library again</source>
        <translation>从搁置区恢复到库</translation>
    </message>
    <message>
        <source>Another outcome, cause or task, until somebody has judged it</source>
        <translation>更正结果、原因或任务，审核之前有效</translation>
    </message>
    <message>
        <source>It was a success</source>
        <translation>实际成功</translation>
    </message>
    <message>
        <source>Failure: %1</source>
        <translation>失败：%1</translation>
    </message>
    <message>
        <source>It was another task</source>
        <translation>实际是另一项任务</translation>
    </message>
</context>
<context>
    <name>understudy::LongWork</name>
    <message>
        <source>Other work is still running: wait for it, or cancel it first.</source>
        <translation>另一项任务仍在运行：请等待其完成，或先取消。</translation>
    </message>
    <message>
        <source>Ending …</source>
        <translation>正在结束……</translation>
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
        <source>%1 of %2 wanted today</source>
        <translation>今日需要 %2，已完成 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s) this session</source>
        <translation>
            <numerusform>本次会话已录 %n 次</numerusform>
        </translation>
    </message>
    <message>
        <source>▲  This window has no focus: hold-to-drive and the stop key are out of reach. Click here.</source>
        <translation>▲  本窗口没有焦点：按住驱动和停止键都不起作用。请单击这里。</translation>
    </message>
    <message>
        <source>Hand away from the eye</source>
        <translation>手远离视点</translation>
    </message>
    <message>
        <source>Hand closer to the eye</source>
        <translation>手靠近视点</translation>
    </message>
    <message>
        <source>Hand to the left</source>
        <translation>手向左</translation>
    </message>
    <message>
        <source>Hand to the right</source>
        <translation>手向右</translation>
    </message>
    <message>
        <source>Hand up</source>
        <translation>手向上</translation>
    </message>
    <message>
        <source>Hand down</source>
        <translation>手向下</translation>
    </message>
    <message>
        <source>Turn the hand left</source>
        <translation>手向左转</translation>
    </message>
    <message>
        <source>Turn the hand right</source>
        <translation>手向右转</translation>
    </message>
    <message>
        <source>Open or close the gripper</source>
        <translation>张开或闭合夹爪</translation>
    </message>
    <message>
        <source>The other hand</source>
        <translation>换另一只手</translation>
    </message>
    <message>
        <source>Station&apos;s rig, or mouse and keys</source>
        <translation>工位设备，或鼠标和键盘</translation>
    </message>
    <message>
        <source>Hold: robot home</source>
        <translation>按住：机器人回位</translation>
    </message>
    <message>
        <source>View: home</source>
        <translation>视图：复位</translation>
    </message>
    <message>
        <source>View: follow the robot</source>
        <translation>视图：跟随机器人</translation>
    </message>
    <message>
        <source>View: target</source>
        <translation>视图：目标</translation>
    </message>
    <message>
        <source>View: frames</source>
        <translation>视图：坐标系</translation>
    </message>
    <message>
        <source>View: contacts</source>
        <translation>视图：接触</translation>
    </message>
    <message>
        <source>View: trails</source>
        <translation>视图：轨迹</translation>
    </message>
    <message>
        <source>View: cameras</source>
        <translation>视图：相机</translation>
    </message>
    <message>
        <source>View: objects</source>
        <translation>视图：物体</translation>
    </message>
    <message>
        <source>Failure: %1</source>
        <translation>失败：%1</translation>
    </message>
    <message>
        <source>practice: in no count, no queue, no export</source>
        <translation>练习：不计数、不排队、不导出</translation>
    </message>
    <message>
        <source>NO CAMERAS</source>
        <translation>没有相机</translation>
    </message>
    <message>
        <source>BLACK BOX</source>
        <translation>黑匣子</translation>
    </message>
</context>
<context>
    <name>understudy::OperateTakeBar</name>
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
        <source>Mark</source>
        <translation>标记</translation>
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
        <source>no streams</source>
        <translation>没有数据流</translation>
    </message>
    <message numerus="yes">
        <source>✓ all %n good</source>
        <translation>
            <numerusform>✓ 全部 %n 路正常</numerusform>
        </translation>
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
        <source>disk for %1 min</source>
        <translation>磁盘可录 %1 分钟</translation>
    </message>
</context>
<context>
    <name>understudy::PracticeGuide</name>
    <message>
        <source>Press R to start a take. The second before your press is kept too.</source>
        <translation>按 R 开始一次录制。按键前的一秒也会保留。</translation>
    </message>
    <message>
        <source>Start another take with R.</source>
        <translation>按 R 再录一次。</translation>
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
    <message>
        <source>This robot is simulated: nothing can break. You move it with mouse and keys; the solid robot is where it is, the violet one where you want it. These takes are practice: they stand in no queue, no count and no export.</source>
        <translation>这台机器人是仿真的，什么都不会弄坏。你用鼠标和键盘移动它：实体是它现在的位置，紫色虚影是你要它去的位置。这些录制是练习：不排队、不计数、不导出。</translation>
    </message>
    <message>
        <source>The largest word says what the robot does. Hold Space: it aligns, engages and follows, slowly at first. Wait for ACTIVE.</source>
        <translation>最大的字说明机器人在做什么。按住 Space：它先对齐、接合，再跟随，开始时较慢。等到显示“跟随中”。</translation>
    </message>
    <message>
        <source>Keep Space held and drag a ring: that hand follows. W and S move it away and closer. Move it a hand&apos;s breadth.</source>
        <translation>按住 Space 并拖动圆环，那只手就会跟随。W、S 使其远离或靠近。请移动一掌宽的距离。</translation>
    </message>
    <message>
        <source>Let go of Space. The robot brakes and keeps its posture: letting go is always the first stop.</source>
        <translation>松开 Space。机器人减速并保持姿态：松手永远是第一道停止。</translation>
    </message>
    <message>
        <source>Drive if you like, G closes the gripper. Then end the take: Enter for success, F and a digit for a failure with its cause.</source>
        <translation>可以继续驱动，G 闭合夹爪。然后结束录制：成功按 Enter，失败按 F 再按数字选原因。</translation>
    </message>
    <message>
        <source>Between takes nobody can engage. Hold H until the robot is parked, make the table look like the start picture, then press C.</source>
        <translation>两次录制之间无法接合。按住 H 直到机器人停放到位，把桌面摆成起始画面的样子，然后按 C。</translation>
    </message>
    <message>
        <source>Not good? Z sets it aside and you do it again; nothing is lost.</source>
        <translation>不满意？按 Z 搁置后重录，什么都不会丢。</translation>
    </message>
    <message>
        <source>Esc is the stop request, on every page, before anything else. Press it.</source>
        <translation>在每个页面，Esc 都首先是请求停止。按一下试试。</translation>
    </message>
    <message>
        <source>The robot keeps its posture until you say so. C takes the request back.</source>
        <translation>在你允许之前，机器人保持姿态。按 C 撤回请求。</translation>
    </message>
    <message>
        <source>Ctrl+2 opens Annotate with your take. Play it with Space, and press Enter where a skill ends: that is a label.</source>
        <translation>Ctrl+2 在“标注”页打开你的录制。按 Space 播放，在技能结束处按 Enter，就得到一个标签。</translation>
    </message>
    <message>
        <source>Ctrl+3 opens Review. Choose your take and press A to accept it; Ctrl+Z takes it back.</source>
        <translation>Ctrl+3 打开“审核”页。选中你的录制，按 A 通过；Ctrl+Z 收回。</translation>
    </message>
    <message>
        <source>That was all. F1 shows every key of a page. Practice as long as you like.</source>
        <translation>就这些。F1 显示本页全部按键。想练多久都可以。</translation>
    </message>
    <message>
        <source>When every skill has its label, Ctrl+Enter hands the take in for review. Do it now.</source>
        <translation>每个技能都标好后，按 Ctrl+Enter 提交审核。现在试试。</translation>
    </message>
</context>
<context>
    <name>understudy::ReasonPanel</name>
    <message>
        <source>Tab  in your own words, then Enter</source>
        <translation>Tab  自行填写，按 Enter 确认</translation>
    </message>
    <message>
        <source>Reason in your own words</source>
        <translation>自行填写原因</translation>
    </message>
    <message>
        <source>Cancel  Esc</source>
        <translation>取消  Esc</translation>
    </message>
</context>
<context>
    <name>understudy::RecordButton</name>
    <message>
        <source>Recording %1</source>
        <translation>录制中 %1</translation>
    </message>
    <message>
        <source>Start a take</source>
        <translation>开始一次录制</translation>
    </message>
    <message>
        <source>no take</source>
        <translation>未在录制</translation>
    </message>
</context>
<context>
    <name>understudy::ResetCard</name>
    <message>
        <source>BETWEEN TAKES</source>
        <translation>两次录制之间</translation>
    </message>
    <message>
        <source>Hold: robot home</source>
        <translation>按住：机器人回位</translation>
    </message>
    <message>
        <source>Table is clear</source>
        <translation>桌面就绪</translation>
    </message>
    <message>
        <source>✓  The robot is parked.</source>
        <translation>✓  机器人已停放到位。</translation>
    </message>
    <message>
        <source>1  Park the robot: it goes home while you hold.</source>
        <translation>1  停放机器人：按住时回位。</translation>
    </message>
    <message>
        <source>2  Make the table ready. Nobody can engage meanwhile.</source>
        <translation>2  整理桌面，期间无法接合。</translation>
    </message>
    <message>
        <source>2  Make the table ready: the start picture lies over the first camera.</source>
        <translation>2  整理桌面：起始画面叠加在第一个相机上。</translation>
    </message>
</context>
<context>
    <name>understudy::ReviewController</name>
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
        <source>Take back  Ctrl+Z</source>
        <translation>收回  Ctrl+Z</translation>
    </message>
    <message>
        <source>There is no verdict of this session to take back.</source>
        <translation>本次会话没有可收回的结论。</translation>
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
        <source>Station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚未标注</translation>
    </message>
    <message numerus="yes">
        <source>%n segment(s)</source>
        <translation>
            <numerusform>%n 个分段</numerusform>
        </translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>控制循环</translation>
    </message>
    <message>
        <source>%1 steps, %2 missed</source>
        <translation>%1 步，错过 %2 步</translation>
    </message>
    <message>
        <source>%1 images, %2 Hz</source>
        <translation>%1 帧，%2 Hz</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>丢失</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>%1 samples</source>
        <translation>%1 个样本</translation>
    </message>
    <message>
        <source>A new folder for the dataset</source>
        <translation>选择数据集的新文件夹</translation>
    </message>
    <message>
        <source>A robot description</source>
        <translation>选择机器人描述文件</translation>
    </message>
    <message>
        <source>Robot descriptions (*.xml *.urdf *.mjcf)</source>
        <translation>机器人描述 (*.xml *.urdf *.mjcf)</translation>
    </message>
    <message>
        <source>Exporting …</source>
        <translation>正在导出……</translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation>正在检查……</translation>
    </message>
    <message>
        <source>Importing …</source>
        <translation>正在导入……</translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) %1.</source>
        <translation>
            <numerusform>%n 段录制%1。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) refused: %1</source>
        <translation>
            <numerusform>%n 段未能处理：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The verdict on %n episode(s) is taken back.</source>
        <translation>
            <numerusform>已收回 %n 段录制的结论。</numerusform>
        </translation>
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
        <source>Any state</source>
        <translation>任何状态</translation>
    </message>
    <message>
        <source>Any outcome</source>
        <translation>任何结果</translation>
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
        <source>%n episode(s)</source>
        <translation>
            <numerusform>%n 段录制</numerusform>
        </translation>
    </message>
    <message>
        <source>One row down</source>
        <translation>下移一行</translation>
    </message>
    <message>
        <source>One row up</source>
        <translation>上移一行</translation>
    </message>
    <message>
        <source>The next one too</source>
        <translation>连同下一段</translation>
    </message>
    <message>
        <source>One more row down</source>
        <translation>再多选一行</translation>
    </message>
    <message>
        <source>Select everything shown</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Reason %1</source>
        <translation>原因 %1</translation>
    </message>
    <message>
        <source>Reason in your own words</source>
        <translation>自行填写原因</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Next camera, on every tile</source>
        <translation>所有缩略图切换到下一个相机</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>/  task or instruction</source>
        <translation>/  任务或指令</translation>
    </message>
    <message>
        <source>Search task and instruction</source>
        <translation>搜索任务和指令</translation>
    </message>
    <message>
        <source>SEARCH</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>FILTER</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>LIBRARY</source>
        <translation>库</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
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
        <source>Station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>to judge</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>Any task</source>
        <translation>任何任务</translation>
    </message>
    <message>
        <source>Any robot</source>
        <translation>任何机器人</translation>
    </message>
    <message>
        <source>Any operator</source>
        <translation>任何操作员</translation>
    </message>
    <message>
        <source>Any station</source>
        <translation>任何工位</translation>
    </message>
    <message>
        <source>Clear filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Export these …</source>
        <translation>导出这些录制……</translation>
    </message>
    <message>
        <source>Check every file</source>
        <translation>检查全部文件</translation>
    </message>
    <message>
        <source>Import a robot model …</source>
        <translation>导入机器人模型……</translation>
    </message>
    <message>
        <source>first camera</source>
        <translation>第一个相机</translation>
    </message>
    <message>
        <source>View: %1   %2</source>
        <translation>视角：%1   %2</translation>
    </message>
    <message>
        <source>%1 of %2 episodes</source>
        <translation>显示 %1 段，共 %2 段</translation>
    </message>
    <message numerus="yes">
        <source>%n episode(s) selected</source>
        <translation>
            <numerusform>已选 %n 段录制</numerusform>
        </translation>
    </message>
    <message>
        <source>No episode fits. Record one on the Operate page, or clear the filter.</source>
        <translation>没有符合条件的录制。请在“操作”页录制，或清除筛选。</translation>
    </message>
    <message>
        <source>This episode has no camera.</source>
        <translation>这段录制没有相机。</translation>
    </message>
    <message>
        <source>%1 / %2 s</source>
        <translation>%1 / %2 秒</translation>
    </message>
    <message>
        <source>This image cannot be read.</source>
        <translation>这帧画面无法读取。</translation>
    </message>
    <message numerus="yes">
        <source>Why is it unusable? (%n episode(s))</source>
        <translation>
            <numerusform>为什么不可用？（%n 段）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What shall the annotator change? (%n episode(s))</source>
        <translation>
            <numerusform>标注员需要修改什么？（%n 段）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What shall the station do again? (%n episode(s))</source>
        <translation>
            <numerusform>工位需要重做什么？（%n 段）</numerusform>
        </translation>
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
        <source>Make the table ready, then press C.</source>
        <translation>准备好桌面，然后按 C。</translation>
    </message>
    <message>
        <source>%1 Hz</source>
        <translation>%1 Hz</translation>
    </message>
    <message>
        <source>This moment is marked.</source>
        <translation>已标记此刻。</translation>
    </message>
    <message>
        <source>The station&apos;s rig drives. Choose mouse and keys to drive here.</source>
        <translation>当前由工位设备驱动。要在这里驱动，请选择鼠标和键盘。</translation>
    </message>
    <message>
        <source>Mouse and keys</source>
        <translation>鼠标和键盘</translation>
    </message>
    <message>
        <source>End the take first: a session has one driver.</source>
        <translation>请先结束录制：一次会话只有一种驱动方式。</translation>
    </message>
    <message>
        <source>This is not the robot&apos;s serial. It stands on the plate: %1.</source>
        <translation>这不是该机器人的序列号。请看铭牌：%1。</translation>
    </message>
    <message>
        <source>You command a real robot.</source>
        <translation>你正在控制真实机器人。</translation>
    </message>
    <message>
        <source>Hold to drive first: the hand moves while you hold.</source>
        <translation>请先按住驱动：按住时手才会动。</translation>
    </message>
    <message>
        <source>Stop requested: the robot is damped and will sink.</source>
        <translation>已请求停止：机器人进入阻尼，会下沉。</translation>
    </message>
    <message>
        <source>Set aside. Park the robot and make the table ready.</source>
        <translation>已搁置。请停放机器人并整理桌面。</translation>
    </message>
    <message>
        <source>Played-back person</source>
        <translation>回放的人体动作</translation>
    </message>
    <message>
        <source>Station&apos;s rig</source>
        <translation>工位设备</translation>
    </message>
    <message>
        <source>The take is back in the library.</source>
        <translation>录制已恢复到库。</translation>
    </message>
    <message>
        <source>Corrected; the history keeps what it was.</source>
        <translation>已更正；历史保留原值。</translation>
    </message>
    <message>
        <source>clean</source>
        <translation>无异常</translation>
    </message>
    <message>
        <source>to look at</source>
        <translation>待查看</translation>
    </message>
    <message>
        <source>unusable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>being checked …</source>
        <translation>正在检查……</translation>
    </message>
    <message>
        <source>Kept, %1. Park the robot and make the table ready.</source>
        <translation>已保留，%1。请停放机器人并整理桌面。</translation>
    </message>
    <message>
        <source>This take is lost: end it. %1</source>
        <translation>这段录制已作废，请结束它。%1</translation>
    </message>
    <message>
        <source>The files of a take were checked: %1</source>
        <translation>一段录制的文件已检查：%1</translation>
    </message>
    <message>
        <source>Two takes in a row were lost. %1</source>
        <translation>连续两段录制作废。%1</translation>
    </message>
    <message>
        <source>It was seen to</source>
        <translation>已处理</translation>
    </message>
</context>
<context>
    <name>understudy::SleepGuard</name>
    <message>
        <source>Sleep and screen lock are not kept away: this desktop offers no such service.</source>
        <translation>无法阻止休眠和锁屏：此桌面不提供该服务。</translation>
    </message>
    <message>
        <source>The screen may lock: this desktop offers no way to keep it from that.</source>
        <translation>屏幕可能锁定：此桌面无法阻止。</translation>
    </message>
    <message>
        <source>The machine may sleep: it offers no way to keep it from that.</source>
        <translation>电脑可能休眠：系统无法阻止。</translation>
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
    <message>
        <source>PARKING</source>
        <translation>停放中</translation>
    </message>
    <message>
        <source>LOCKED</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>slowly to the rest posture</source>
        <translation>缓慢回到休息姿态</translation>
    </message>
    <message>
        <source>nobody has taken command of this robot</source>
        <translation>尚无人取得此机器人的控制权</translation>
    </message>
    <message>
        <source>the robot follows; let go to stop</source>
        <translation>机器人跟随中；松手即停</translation>
    </message>
    <message>
        <source>the robot&apos;s command meets its posture</source>
        <translation>指令正与机器人姿态对齐</translation>
    </message>
    <message>
        <source>slowly at first; keep holding</source>
        <translation>开始时较慢；请继续按住</translation>
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
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Usual size</source>
        <translation>标准大小</translation>
    </message>
    <message>
        <source>Library · %1</source>
        <translation>库 · %1</translation>
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
