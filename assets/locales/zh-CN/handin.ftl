# Handing in the work on a lesson.

cmd-hand-in = 交作业……
cmd-hand-in-tip = 把答案、跟踪记录和程序保存为一个文件，交给老师
handin-title = 交作业
handin-what = 你的答案（含时间）、这次运行的跟踪记录和实验里的程序会保存为一个文件。其中每部分都有校验值，可以发现意外的改动；但它不能证明你是谁。
handin-answered = 已回答 { $of } 题中的 { $answered } 题。
handin-no-run = 跟踪记录里已经没有与你的答案对照的那次运行。请重新运行步骤，这样老师也能看到。
handin-name = 姓名
handin-number = 学号
handin-no-name = 请填写姓名。
handin-save = 保存……
handin-saved = 作业已保存为 { $file }
handin-saved-why = 其中有 { $answers } 个答案、跟踪记录和 { $programs } 个程序。
handin-saved-do = 请把这个文件交给老师。
handin-left-out-calls = 跟踪记录太长，最早的 { $calls } 次调用没有放进文件。
handin-left-out-programs = 因太长或无法读取而没有放进文件：{ $programs }。
handin-not-saved = 作业没有保存
handin-not-saved-do = 请保存到另一个文件夹：只要课程还开着，就不会丢失任何内容。
handin-note = 这些校验值表明文件内容没有被意外改动。它们不能证明身份，即不能说明是谁写的。

# What is wrong with a file that was handed in.
handin-unreadable = 无法读取：{ $reason }
handin-not-file = 不是文件，而是文件夹、管道或设备
handin-not-zip = 不是作业文件，或者已损坏
handin-too-long = 超过 { $most } MiB
handin-many-entries = 其中的文件超过 { $most } 个
handin-too-large = 解开后超过 { $most } MiB
handin-bad-entry = 其中的“{ $name }”不是作业里的普通文件
handin-twice = 其中有两个文件同名
handin-no-manifest = 没有作业文件的清单
handin-other-format = 由另一个版本的程序写成（{ $format }）
handin-altered = 其中的“{ $name }”在保存之后被改动过
handin-bad-answers = 无法读取其中的答案

# socket-lab grade.
cli-grade = 把全班就一课交上来的作业汇总成表
cli-grade-lesson = 课程（*.lab.toml）
cli-grade-files = 交上来的作业文件（*.lab-handin），或装有它们的文件夹
cli-grade-csv = 同时把表写入 CSV 文件
cli-grade-html = 同时把表写成浏览器能看的网页
cli-value-lesson = 课程
cli-value-hand-ins = 作业
grade-no-lesson = { $file }：这个实验没有课程
grade-cant-look = { $file }：{ $reason }
grade-cant-write = { $file }：{ $reason }
grade-would-overwrite = { $file } 会被覆盖：它是课程文件，或是交上来的作业
grade-same-output = { $file } 不能既是 CSV 文件又是网页
grade-many-files = 文件超过 { $most } 个，请分几次汇总
grade-no-files = 那里没有作业：没有以 .lab-handin 结尾的文件
grade-other-lesson = 属于另一课：{ $lesson }
grade-summary = 汇总（{ $count ->
   *[other] { $count } 名学生
}）
grade-question = { $number }. { $title }：{ $right } 对，{ $wrong } 错，{ $rest } 没有结果
grade-all = 全部
grade-student = { $number } { $name }：{ $of } 题对 { $right } 题，共答 { $tries } 次，保存于 { $saved }
grade-answer = { $part }. { $title }：{ $mark }，“{ $given }”，答 { $tries } 次，{ $at }
grade-no-answer = { $part }. { $title }：{ $mark }
grade-programs = 程序：{ $programs }
grade-failed = 未通过
grade-failure = { $number } { $name }：{ $part }. { $title }：{ $mark } { $given }
grade-truth = （正确答案：{ $truth }）
grade-nobody-failed = 没有：所有答案都对。
grade-right = 对
grade-wrong = 错
grade-not-shown = 跟踪记录没有显示
grade-not-run = 未运行
grade-missing = 没有回答
grade-not-graded = 未评分
grade-not-graded-count = 有 { $count } 个文件未评分
grade-passed-over = 文件夹里另有 { $count } 个文件不以 .lab-handin 结尾
grade-column-question = 题目
grade-column-mark = 评判
grade-column-answer = 回答
grade-column-truth = 正确答案
grade-class = 全班的回答

# What is odd about a file that was graded.
grade-remark-version = 用的是这一课的另一个版本
grade-remark-calls = 跟踪记录最早的 { $calls } 次调用没有放进文件
grade-remark-programs = 没有放进文件：{ $programs }
grade-remark-again = 同一学号还出现在 { $file }
grade-doubt-recorded = 文件里说正确答案是 { $recorded }，而跟踪记录显示的不同
grade-doubt-right = 文件里说答对了，其实没有
grade-doubt-wrong = 文件里说答错了，其实答对了
grade-doubt-no-trace = 文件里没有跟踪记录
grade-doubt-bad-trace = 无法读取文件里的跟踪记录
grade-doubt-other-calls = 文件里的跟踪记录不是所答的那次运行
grade-doubt-no-call = 跟踪记录里没有调用能给出答案
grade-doubt-other-kind = 回答的是另一种问题
