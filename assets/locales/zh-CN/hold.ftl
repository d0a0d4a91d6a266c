# Held calls and breakpoints.

lab-what-breakpoints = 由表组成的数组：[[breakpoints]]
lab-many-breakpoints = 一个实验最多有 { $most } 个断点
lab-breakpoint-name = 断点名称最多 { $most } 个字符，且都必须可见
lab-what-condition = 用筛选语言写的条件："op == recv and len < 10"
breakpoint-empty = 断点需要一个用筛选语言写的条件：op == recv and len < 10
breakpoint-not-before = { $field } 要等调用返回后才知道：请用 at = "after"
breakpoint-never = 断点不能用 { $field }：调用进入跟踪记录后才有它

step-does-next = { $name } 的下一个调用
step-does-next-blocks = { $name } 的下一个调用，必须阻塞
step-does-next-returns = { $name } 的下一个调用，必须返回
step-does-next-until = { $name } 的调用，直到 { $op } 返回
step-does-next-until-blocks = { $name } 的调用，直到 { $op } 阻塞
step-does-release = 让 { $name } 继续运行
step-nothing-held = { $time }内没有等待放行的 { $name } 调用
step-did-not-block = { $op } 返回了，没有阻塞
step-blocked = { $op } 阻塞了，没有返回
step-still-blocked = { $op } 在{ $time }内没有返回

run-mark-held = 暂停

change-breakpoints = 修改断点
change-breakpoint-gone = 删除断点
done-breakpoint-gone = 已删除断点

cmd-hold-all = 全部暂停
cmd-hold-all-tip = 让每个端点在下一个套接字调用前停下
cmd-step = 单步
cmd-step-tip = 放行一个等待中的调用；没有暂停时此键打开菜单
cmd-continue = 继续
cmd-continue-tip = 放行所有暂停的调用
cmd-breakpoints = 断点…
cmd-breakpoints-tip = 列出让时间停下的条件
words-hold = 暂停 停止 冻结 调试 单步 下一个 调用 继续 放行 断点
endpoint-hold = 每个调用前暂停
endpoint-hold-tip = 它的每个套接字调用都等你放行
endpoint-let-go = 继续运行

held-title = 时间已停住
held-next = 下一个：
held-next-call = 下一个：{ $call }
held-next-of = 下一个：{ $name }：{ $call }
held-and-others = { $next } · 另有 { $count } 个调用等待放行
held-by-breakpoint = { $next } · 停在断点 { $name }
held-at-next-call = 将停在下一个调用前
held-blocked = { $call } 阻塞在内核中
held-step = 单步
held-step-of = 放行 { $name }：{ $call }
held-continue-of = 让 { $name } 继续运行
held-more = 另有 { $count } 个调用等待放行
held-bytes-wait = 接收队列中有 { $bytes }
held-clients-wait = 接受队列中有 { $count } 个客户端
traffic-held = 等待放行

breakpoints-title = 断点
breakpoints-about = 满足条件的调用会让它的端点停下：在调用之前，或在它返回之后。条件用筛选语言书写。
breakpoints-add = 添加断点
breakpoints-on = 启用断点 { $number }
breakpoints-name = 断点 { $number } 的名称
breakpoints-name-hint = 名称
breakpoints-when = 断点 { $number } 的条件
breakpoints-at = 断点 { $number } 的停止位置
breakpoints-before = 之前
breakpoints-after = 之后
breakpoints-delete = 删除断点 { $number }
breakpoints-hits = 已让 { $count } 个调用停下
conversation-opening = 正在打开。
held-cannot = 它的调用无法暂停：系统不会在调用处停下它。
