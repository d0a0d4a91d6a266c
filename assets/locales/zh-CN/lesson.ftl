# Lessons.
menu-lessons = 课程
welcome-lessons = 课程
welcome-lessons-done = 已完成 { $done }/{ $of }
lesson-is-done = 这一课已完成
lesson-is-open = 还没有完成
cmd-show-lesson = 显示课程
cmd-show-lesson-tip = 在左侧显示或收起本实验的课程
cmd-reload-lab = 重新读取实验文件
cmd-reload-lab-tip = 重新读取实验文件，例如在修改课程文字之后
boundary-lesson = 课程栏的宽度

lesson-heading = 课程
lesson-hide = 收起课程
lesson-smaller = 缩小文字
lesson-larger = 放大文字
lesson-start-over = 从头开始这一课
lesson-source = 出处
lesson-complete = 这一课已完成。
lesson-part-done = 已完成
lesson-part-open = 未完成
lesson-go-on = 继续
lesson-predict = 就这样猜
lesson-predict-anew = 修改预测
lesson-check = 检查
lesson-answer = 你的答案
lesson-no-number = 答案应是整数，例如 5。
lesson-blocks = 会阻塞
lesson-returns = 立即返回
lesson-next-call = 下一个调用：{ $call }
lesson-order-anew = 重新选择顺序
lesson-select-call = 请在流量表或时序图中点选一次调用。
lesson-selected = 已选中：{ $call }
lesson-run = 运行步骤
lesson-run-again = 再次运行步骤
lesson-run-over = 运行结束。
lesson-run-failed = 无法开始运行，原因见通知。
lesson-predict-first = 请先预测：运行之前的每个问题都有了答案，才能运行步骤。
lesson-to-prediction = 转到该问题
lesson-you-predicted = 你的预测：{ $answer }
lesson-you-said = 你的回答：{ $answer }
lesson-truth = 实际情况：{ $answer }
lesson-truth-later = 运行之后就知道结果。
lesson-show-answer = 显示答案
lesson-show = 显示：{ $view }
lesson-waits = 正在等待它发生……
lesson-seen = 完成：已在流量中看到。
lesson-done-anyway = 我已经做了

# What is wrong with a lesson in a lab file.
lesson-what-texts = 两种语言的文字：{"{"} en = "…", zh = "…" {"}"}
lesson-what-parts = 各个部分的列表：[[lesson.parts]]
lesson-what-choices = 选项列表：[[lesson.parts.choices]]，各有 en 和 zh
lesson-what-calls = 调用列表，例如 ["socket", "bind", "listen"]
lesson-what-answer = 答案：一个值，或 {"{"} filter = "…", field = "…" {"}"}
lesson-what-hints = 提示列表：[[lesson.parts.when_wrong]]，各有 is、en 和 zh
lesson-both-languages = 课程的文字要有两种语言：应为 {"{"} en = "…", zh = "…" {"}"}
lesson-long-text = 这里的文字最多 { $most } 个字符
lesson-empty-text = 文字是空的
lesson-picture = 课程中不显示图片
lesson-many-parts = 一课最多有 { $most } 个部分
lesson-no-parts = 一课至少要有一个部分
lesson-many-hints = 一个部分最多有 { $most } 条提示
lesson-number-of-choices = 应有 2 到 { $most } 项
lesson-nothing-to-run = 实验没有可以运行的步骤
lesson-never-run = 实验有步骤，课程又有提问，就需要一个带 run = true 的部分
lesson-without-question = 它属于问题，而这个部分没有 ask
lesson-not-of-kind = 它不属于 { $kind } 类型的问题
lesson-stray-key = 它需要与 filter（field、nth）或 is（on）一起使用
lesson-no-answer = 并非每个系统上都有答案：请给出 filter，或不带 on 的 is
lesson-choice-by-when = 选择题的答案由选项的 when 过滤条件找出
lesson-of-all = 这个字段针对所有匹配的调用，不能有 nth
lesson-call-twice = 这个调用已经有了
lesson-other-calls = 答案必须恰好包含题目中的那些调用
lesson-call-by-filter = 调用由 filter 找出
lesson-ready-for-nothing = ready 只能用在有 do 的部分

# socket-lab check.
check-lesson-programs = { $file }：实验会启动程序，因此没有运行课程
check-lesson-failed = { $file }：课程无法运行：{ $why }
check-lesson-long = { $seconds } 秒后步骤仍未结束
check-lesson-step = 步骤 { $step }：{ $detail }
check-lesson-no-answer = 第 { $part } 部分（{ $title }）：运行中没有调用能给出答案
check-lesson-differs = 第 { $part } 部分（{ $title }）：给出的答案是 { $known }，而运行结果是 { $seen }
check-lesson-answer = { $file }：第 { $part } 部分（{ $title }）：{ $answer }
