### 曲线图。

plots-subject = 绘制什么
plots-selected = 选中的对象
plots-selected-one = 选中：{ $name }
plots-selected-none = 所有端点（未选中）
plots-all = 所有端点
plots-endpoint = 端点 { $name }
plots-conn = 连接 { $name }
plots-span = 时间范围
plots-last-seconds = 最近 { $count } 秒
plots-last-minutes = 最近 { $count } 分钟
plots-all-time = 全部
plots-paused = 已暂停

plots-empty-title = 还没有可绘制的内容
plots-empty-text = 打开一个服务器和一个客户端并发送数据：这里绘制每秒的字节数和调用数；选中一个 TCP 连接，还会绘制内核报告的往返时间、拥塞窗口和队列。

plots-titled = { $name }：{ $title }
plots-bytes-title = 每秒字节数
plots-calls-title = 每秒调用数
plots-sends = 发送调用
plots-receives = 接收调用
plots-others = 其他调用
plots-mean = { $time } 秒内的平均值
plots-peak = { $name } 最高 { $value }
plots-nothing-counted = 这段时间没有调用
plots-counting = 正在统计调用：{ $done } / { $all }
plots-busiest = 只绘制 { $all } 个端点中最忙的 { $shown } 个：其余的请在上方选择。
plots-missed =
    { $count ->
       *[other] { $shown } 个调用在这里统计之前已离开记录。
    }
plots-left-out =
    { $count ->
       *[other] { $shown } 个调用所属的端点在这里放不下。
    }

plots-rtt-title = 往返
plots-rtt = 往返时间
plots-rtt-var = 偏差
plots-segments-title = 拥塞
plots-cwnd = 拥塞窗口
plots-ssthresh = 慢启动阈值
plots-unacked = 未确认
plots-mss = 一个报文段最多 { $mss }，因此拥塞窗口为 { $cwnd }。
plots-no-ssthresh = 第一次丢失之前没有慢启动阈值。
plots-losses-title = 丢失
plots-retransmits = 重传
plots-lost = 视为丢失
plots-queues-title = 队列
plots-send-queue = 发送队列
plots-recv-queue = 接收队列
plots-queues-tip = 已发送而对端尚未确认的字节，以及已到达而尚未被 recv 取走的字节。
plots-windows-title = 窗口
plots-send-window = 对端的窗口
plots-recv-window = 本端的窗口
plots-windows-tip = 对端还愿意接收多少，以及本端向对端通告了多少。
plots-accept-title = 接受队列
plots-accept-waiting = 等待 accept
plots-accept-most = 最多可等待

plots-not-recorded = 内核报告的内容只能对打开的套接字绘制；保存的记录里没有。
plots-not-this-system = 本系统不报告套接字的往返时间、窗口和队列（Linux 会报告）。
plots-never-connected = 客户端从未连接：内核没有可报告的内容。
plots-listener-closed = 监听套接字已关闭：内核现在不报告它的内容。
plots-conn-over = 连接已结束：内核不再报告它的内容。
plots-udp = 对 UDP，内核只报告队列：没有往返时间、窗口和重传。
plots-unix = 对 Unix 套接字，内核只报告队列：没有往返时间、窗口和重传。
plots-unix-listener = 对 Unix 监听套接字，内核不报告任何内容。
plots-not-reported = 本系统未报告
plots-no-sample = 这段时间没有采样

plots-unit-bytes-rate = 字节/秒
plots-unit-calls-rate = 调用/秒
plots-unit-micros = 微秒
plots-unit-segments = 报文段
plots-unit-bytes = 字节
plots-unit-conns = 连接
plots-value-bytes-rate = { $value } 字节/秒
plots-value-calls-rate = { $value } 个调用/秒
plots-value-micros = { $value } 微秒
plots-value-segments =
    { $count ->
       *[other] { $value } 个报文段
    }
plots-value-bytes =
    { $count ->
       *[other] { $value } 字节
    }
plots-value-conns =
    { $count ->
       *[other] { $value } 个连接
    }
plots-seconds = { $value } 秒
plots-at = { $time } 秒时
plots-unknown = 未知

# 检查器。
inspector-tcp-state = 内核的状态
inspector-accept-queue = { $waiting } / { $most }
plots-cursor = 显示的时刻：{ $time } s
