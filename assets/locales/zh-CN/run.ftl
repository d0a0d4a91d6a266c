# 步骤与无窗口运行。

step-done = 完成
step-came = { $what }，符合预期
step-came-and = { $first }和{ $second }
step-came-bytes = { $bytes }
step-came-eof = 流的结束
step-came-error = { $errno }
step-failed-as-meant = 按要求以 { $errno } 失败
step-wrong = 从第 { $at } 个字节起不对：应为 { $expected }，实为 { $got }
step-too-few = 应有 { $of }，只来了 { $got }：{ $why }
step-more = 流本应结束，却又来了 { $bytes }
step-no-eof = 没有等到流的结束：{ $why }
step-no-error = 没有调用以 { $expected } 失败：{ $why }
step-overflow = 到达的数据超过了为步骤保留的上限（64 MiB）；请分成小份来 expect
step-not-kept = 从第 { $at } 个字节起无法比较：一次较长的 recv 在跟踪记录里只保留了开头
step-did-not-fail = 成功了，但本应以 { $expected } 失败
step-failed-otherwise = 本应以 { $expected } 失败，却是另一种失败：{ $words }
step-no-endpoint = 已经没有端点“{ $name }”了
step-not-open = “{ $name }”没有可以发往的地址：它没有打开，或者是没有本地地址的 UDP 套接字
step-unencodable = “{ $character }”无法用 { $encoding } 表示
step-unreadable = 无法读取 { $path }：{ $reason }
step-not-a-file = 不是普通文件
step-file-too-long = { $path } 超过了一个步骤最多能发送的 { $limit }
step-interrupted = 运行结束时还没有完成
step-end-late = 等了 { $time }
step-end-own = 本端已停止读取，无论对方如何 recv 都返回 0
step-end-eof = 对方已结束发送
step-end-error = 连接以 { $errno } 失败
step-end-closed = 套接字已关闭
step-does-open = 打开 { $name }
step-does-send = { $name } 发送 { $what }
step-does-send-to = { $name } 向 { $to } 发送 { $what }
step-does-expect = { $name } 应收到 { $what }
step-does-wait = 等待 { $time }
step-does-shutdown = { $name }：shutdown({ $how })
step-does-close = 关闭 { $name }
step-does-reset = 重置 { $name }
step-does-fail = { $step }，必须以 { $errno } 失败

run-step = 步骤 { $step }：{ $detail }
run-mark-ok = 通过
run-mark-failed = 失败
run-mark-info = 提示
run-mark-warning = 警告
run-mark-error = 错误
run-cant-start = 引擎无法启动：{ $reason }
run-cant-write = 无法写出结果：{ $reason }
run-no-signal = 无法监听 Ctrl-C：{ $reason }
run-summary = { $calls } 次调用，发送 { $sent } 字节，接收 { $received } 字节，移出 { $evicted } 次调用，内核丢弃 { $dropped } 个数据报，{ $failed } 个步骤失败
check-ok = { $file }：没有问题：{ $endpoints ->
   *[other] { $endpoints } 个端点
 }，{ $steps ->
   *[other] { $steps } 个步骤
 }{ $programs ->
    [0] {""}
   *[other] ，{ $programs } 个程序
 }
window-failed = 无法打开窗口：{ $reason }
window-no-display = DISPLAY 和 WAYLAND_DISPLAY 都没有设置，没有可以打开窗口的显示器。请在图形会话中启动，或使用“ssh -X”
window-display-refuses = { $reason }。没有可以打开窗口的显示器：请检查 DISPLAY 或 WAYLAND_DISPLAY 的值
window-display-ended = { $reason }。显示服务器已退出或断开了连接：请重新启动它，或检查 DISPLAY 或 WAYLAND_DISPLAY 的值
window-no-graphics = 无法绘制：{ $reason }
window-failed-do = 没有显示器时，可以用“socket-lab run 文件”执行实验文件并输出每一次调用。
