# 播放头：回看跟踪记录。
cmd-look-back = 回看
cmd-look-back-tip = 显示播放头：逐个调用往回走，查看实验当时的样子；记录仍在继续
cmd-back-to-now = 回到现在
cmd-back-to-now-tip = 显示实验现在的样子
words-look-back = 播放头 过去 回放 重放 历史 时间 单步 滑块
playhead-play = 播放
playhead-pause = 停止播放
playhead-speed = 速度
playhead-times = { $times } ×
playhead-line = 播放头
playhead-line-tip =
    拖动即可回看。键盘：← → 逐个调用移动，加 Shift 按所选端点的调用移动，空格键播放，Home 和 End 到开头和末尾。
    线下的标记是失败的调用，线上的是书签，线上的圆点是断点会停下的调用。
playhead-now = 现在
playhead-past = 过去：第 { $call } 次调用之后，共 { $calls } 次 · { $time } 秒
playhead-past-short = 过去：第 { $call } / { $calls } 次调用
playhead-back-to-now = 回到现在
playhead-nothing-is-sent = 这是过去的状态：在这里不能发送任何内容。
playhead-refused = 你正在查看过去的状态：没有执行任何操作。请先回到现在。
playhead-later = 回到现在 · 之后 { $count } 条
