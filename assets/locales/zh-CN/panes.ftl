# 各窗格：端点、对话、输入框、调用表；以及检查器。

direction-sent = 发送
direction-received = 接收
latest = 最新
client-name = 客户端

pane-gone = 这个端点已被移除。

state-closed = 已关闭
state-connecting = 正在连接…
state-opening = 正在打开…
state-listening = 正在监听
state-serving = 已停止监听
state-ready = 就绪
state-disconnected = 连接已结束
state-connected = 已连接
state-peer-ended = 对端已结束发送
state-half-closed = 本端已结束发送
state-both-ended = 双方都已结束发送
state-will-not-read = 本端不再读取
state-shut-both = 本端已关闭两个方向
state-broken = 连接已断：{ $errno }

header-name-tip = 单击：查看详情 · 双击：重命名
header-rename-field = 新名称
header-copy-address = 复制 { $address }
header-open = 打开
header-close = 关闭
header-close-tip = 关闭套接字及其所有连接
header-reopen = 关闭后重新打开
header-connect-client = 连一个客户端
header-half-close = 半关闭
header-half-close-tip = shutdown(SHUT_WR)：告诉对端不再发送，但仍可接收
header-close-all-conns = 关闭所有连接
header-reset = 重置连接（RST）
header-options = 选项…
header-rename = 重命名
header-duplicate = 复制一份
header-remove = 从实验中移除
header-more = { $name } 的更多操作
header-more-tip = 更多
header-lan = 别的机器可用此地址访问：
header-lan-any = 别的机器可通过本机任一地址访问，端口 { $port }

strip-connections = { $count ->
   *[other] { $count } 个连接
}
strip-peers = { $count ->
   *[other] { $count } 个对端
}
strip-send-to = 发给 { $name }
strip-half-close = 半关闭 #{ $conn }
strip-close = 关闭 #{ $conn }
strip-reset = 重置 #{ $conn }（RST）
strip-bytes = 发 { $sent } · 收 { $received }
strip-datagrams = 发 { $sent } · 收 { $received }
strip-groups = { $count ->
    [0] 多播组
   *[other] { $count } 个多播组
}
strip-group-leave = 离开 { $group }
strip-group-join = 加入
strip-group-field = 要加入的多播组

conversation-name = { $name } 的对话
conversation-closed = 已关闭。打开后即可开始。
conversation-no-client = 正在监听，还没有客户端连接。
conversation-empty = 还没有收发任何数据。
conversation-waiting = 正在 { $call } 中等待，已等 { $time }
conversation-came-back = 被退回：{ $short }（{ $errno }）
conversation-nothing = （空）
conversation-part = （半个字符）
conversation-joined = 补全一个字符
conversation-begun = 末尾是半个字符
conversation-accepted = 接受了 { $peer }
conversation-opened = 已连接到 { $peer }
conversation-peer-ended = 对端已结束发送（recv = 0）
conversation-nothing-read = 没有可读的数据：本端已停止读取（recv = 0）
conversation-half-closed = 本端已结束：shutdown({ $how })
conversation-conn-closed = 连接已关闭
conversation-socket-closed = 套接字已关闭
conversation-copy-text = 复制文本
conversation-copy-call = 复制这次调用
conversation-copy-hex = 复制为十六进制
conversation-send-again = 再次发送这些字节
conversation-to-snippets = 添加到片段
conversation-filter-conn = 过滤：此连接
conversation-filter-endpoint = 过滤：此端点
conversation-as-hex = 以十六进制显示对话
conversation-as-text = 以文本显示对话
conversation-find-open = 在对话中查找…
conversation-find = 在对话中查找
conversation-find-close = 关闭查找
reach-heading = 如何连接到我
reach-copy = 复制 { $tool } 命令：{ $line }

composer-input = 输入方式
composer-text = 文本
composer-hex = 十六进制
composer-encoding = 编码
composer-ending = 行尾:
composer-ending-none = 无
composer-to = 发往:
composer-to-all = { $count ->
    [0] 全部客户端
    [1] 全部客户端
   *[other] 全部客户端 ({ $count })
}
composer-known-peers = 已知的对端
composer-destination-hint = 主机:端口 或 @端点
composer-last-sender = { $peer }（最近的发送方）
composer-repeat = 重复:
composer-repeat-off = 关
composer-repeat-on = 开
composer-large = { $size } 文本
composer-large-name = { $name } 的 { $size } 文本：按 Enter 发送
composer-large-remove = 移除文本
composer-more = 行尾与重复发送
composer-repeats = 重复发送
composer-repeat-check = 反复发送
composer-repeat-every = 间隔
composer-repeat-times = 次数
composer-repeat-stop = 停止重复 { $preview }
composer-repeat-interval = 每 { $ms } 毫秒
composer-count-tip = 将要发出的字节数和最前面的几个字节
composer-count-refused = 无法发送
composer-field = { $name } 的消息
composer-hint-server = 输入要发给客户端的消息…
composer-hint-client = 输入要发给服务器的消息…
composer-hint-udp = 输入数据报…
composer-hint-short = 消息…
composer-hint-hex = 68 65 6c 6c 6f
composer-send = 发送
composer-start = 重复发送
composer-send-tip = Enter 发送 · Shift+Enter 换行 · ↑ ↓ 翻看发过的内容
composer-closed = 端点已关闭，请先打开。已输入的内容会保留。
composer-opening = 正在打开，请稍候。已输入的内容会保留。
composer-not-connected = 尚未连接，请重新打开。已输入的内容会保留。
composer-no-clients = 还没有客户端连接。已输入的内容会保留。
composer-conn-gone = 连接 #{ $conn } 已结束，请另选一个。
composer-no-destination = 请填写发往何处：主机:端口 或 @端点。
composer-bad-destination = “{ $text }”不是有效的目标：应为 主机:端口（例如 127.0.0.1:8000）或 @端点。
composer-peer-closed = @{ $name } 还没有打开。
composer-peer-unknown = 没有名为“{ $name }”的端点。
composer-empty = 还没有可发送的内容。


column-start = 开始
column-endpoint = 端点
column-call = 调用
column-result = 结果
column-waited = 耗时
column-peer = 对端
column-length = 长度
column-data = 数据
column-number = 编号
column-direction = 方向
column-row-before = 距上一行
column-clock = 时刻
column-number-tip = 调用的编号：按返回的先后编号。
column-start-tip = 调用开始的时间，从实验开始算起，单位为秒。
column-row-before-tip = 调用开始的时间，从上一行的调用开始算起，单位为秒。
column-clock-tip = 调用开始的时刻，以本机时钟为准。
column-endpoint-tip = 发出调用的端点及其连接。
column-call-tip = 套接字调用及其参数。
column-result-tip = 调用的返回值或错误。
column-waited-tip = 调用的耗时，包含等待。
column-direction-tip = 字节是发送还是接收。
column-peer-tip = 对端的地址。
column-length-tip = 调用传送的字节数。
column-data-tip = 字节内容，或相应的说明。

table-menu = 表格的顺序、时间和列
table-order = 行的顺序
table-by-completion = 按完成
table-by-start = 按开始
table-is-by-completion = 各行按完成的先后排列；仍在等待的调用排在末尾。
table-is-by-start = 各行按开始的先后排列；仍在等待的调用排在它开始的位置。
table-click-by-completion = 单击：按完成的先后排列
table-click-by-start = 单击：按开始的先后排列
table-times = 时间
table-time-lab = 从实验开始算起
table-time-row = 从上一行算起
table-time-clock = 时刻
table-columns = 列
table-move-left = 将“{ $column }”左移
table-move-right = 将“{ $column }”右移
table-reset = 恢复默认的列
table-sorting = 正在排序 { $percent }%

traffic-name = 套接字调用
traffic-empty = 还没有套接字调用。打开一个端点，每次调用都会列在这里。
traffic-waiting = 已等待 { $time }
traffic-still-waiting = 等待中
traffic-more-waiting = 还有 { $count } 个调用在等待
traffic-eof = 对端已结束发送
traffic-own-end = 本端已停止读取
traffic-empty-datagram = （空数据报）
traffic-unread = { $count } B 未读：对方得到重置
traffic-lost = 丢失 { $count } B
traffic-copy = 复制为文本
traffic-clear = 清空列表
views-pause = 暂停调用表、时序图和曲线图（记录继续）
views-resume = 继续显示
traffic-paused = 已暂停 · 新增 { $count } 条

find-next = 下一个匹配
find-previous = 上一个匹配
find-count = { $found } / { $calls } 个调用
find-searching = 正在查找… { $percent } %
find-nothing = 没有调用包含“{ $text }”。

inspector-nothing = 单击一次调用、一个连接、端点、规则或传输，这里会显示它的全部信息。
inspector-close = 关闭检查器
inspector-up-conn = 回到连接（Esc）
inspector-up-endpoint = 回到端点（Esc）
inspector-rule = 规则 { $name }
inspector-rule-gone = 这个端点已没有这条规则。
inspector-show-rule = 显示这条规则
inspector-transfer = 传输
inspector-transfer-gone = 这个传输已不在列表中。
inspector-evicted = 这次调用已不再保留：记录占满内存或列表被清空时，最早的调用会先移出。
inspector-call = 调用 #{ $seq }
inspector-conn = 连接 #{ $conn }
inspector-only-conn = 连接
inspector-conn-gone = 这个连接已结束。
inspector-endpoint = 端点
inspector-options = 生效的选项
inspector-options-closed = 下次打开时的选项
inspector-change = 修改
inspector-show-pane = 显示它的窗格
inspector-data = 数据 · { $size }
inspector-hex = 字节
inspector-truncated = 只保留了前 { $kept } 个字节。
inspector-lost = 缓冲区放不下这个数据报，另有 { $lost } 个字节丢失。
inspector-copy = 复制
inspector-copy-text = 作为文本
inspector-copy-hex = 作为十六进制
inspector-copy-c = 作为 C 数组
inspector-copy-python = 作为 Python bytes
inspector-in-words = 用大白话说

fact-name = 名称
fact-endpoint = 端点
fact-from = 来自
fact-to = 发往
fact-local = 本地
fact-peer = 对端
fact-started = 开始
fact-took = 耗时
fact-bytes = 字节
fact-made-of = 来自调用
fact-became = 对应接收
fact-result = 结果
fact-state = 状态
fact-since = 始于
fact-sent = 已发送
fact-received = 已接收
fact-kind = 类型
fact-remote = 目标
fact-calls = 调用
fact-drops = 内核丢弃
fact-encoding = 编码
fact-rules = 规则
fact-service = 服务
fact-granted = 请求 { $asked }，实际 { $granted }
fact-on = 开
fact-off = 关

composer-bad-path = “{ $text }”不是套接字的路径：应为例如 /tmp/chat.sock，或端点名 @name

composer-framing-in-menu = 分帧：{ $framing }…
composer-framing-tip = 分帧：发送的内容会装进这样的一条消息。字节数包括了全部要发出的字节。单击可修改。
header-queue = 队列 { $waiting }/{ $limit }
header-queue-unknown = 队列：本系统不提供
header-queue-tip = 内核的 accept 队列：前一个数是已经连上、还在等 accept() 的客户端数，后一个数是最多可等多少个（listen() 的 backlog，不超过 net.core.somaxconn，Linux 上再多一个）。对它们来说 connect() 早已成功，发来的数据先留在内核里。
header-queue-unknown-tip = 后来的客户端在内核的 accept 队列里等待，直到前一个结束。本系统不提供排队的数目。
ending-peer = 对端先关闭：recv() = 0
ending-peer-unread = 对端早已关闭：{ $call } = { $errno }
ending-us-close = 本端先关闭：close()
ending-us-shutdown = 本端先结束：{ $call }
ending-us-reset = 本端重置了连接：SO_LINGER 为 0 时 close()
ending-reset = 被对端重置：{ $errno }
ending-broken = 连接中断：{ $call } = { $errno }
fact-ended-by = 谁先结束
conversation-conn-ended = 连接已关闭 · { $ending }
fact-rule = 触发规则
rule-of-send = 规则：{ $name }

snippets = 片段
snippets-tip = 片段：保存在实验里的数据，单击或按 Ctrl+数字 即可发送
snippets-save = 存为片段
snippets-save-nothing = 请先输入一条消息。
snippets-edit = 编辑片段…
snippets-send-all = 依次全部发送
snippets-send = 发送片段 { $name }
snippets-stop = 停止发送
snippets-not-sent = 没有发送“{ $name }”。{ $reason }
snippets-dismiss = 知道了
snippets-new-name = 片段
snippets-saved-in = 片段属于实验，随实验一起保存；每个端点都能发送。
snippets-none = 还没有片段。
snippets-apply = 应用
snippet-add = 添加片段
snippet-duplicate = 复制这个片段
snippet-up = 上移这个片段
snippet-down = 下移这个片段
snippet-remove = 删除这个片段
snippet-name = 名称
snippet-payload = 数据
snippet-payload-tip = 文本，可用转义 \n \r \t \0 \\ \xNN。发送时替换：{"{counter}"} {"{time}"} {"{random}"} {"{random:4}"}；{"{{"} 和 {"}}"} 表示花括号本身。
snippet-ending = 行尾
snippet-ending-endpoint = 与端点相同
snippet-checksum = 校验
snippet-checksum-tip = 对数据计算后附在其后，位于行尾之前。
snippet-no-checksum = 无
snippet-delay = 然后等待
snippet-delay-tip = 依次全部发送时，下一个片段要等多久。
snippet-goes-out = 将发出
snippet-goes-out-tip = 按本端点的编码、行尾和分帧得到的字节；这里 {"{counter}"} 为 1。
message-mark = 消息 { $number }
message-mark-begins = 消息 { $number } 的开头
message-mark-goes-on = 消息 { $number } 的中段
message-mark-ends = 消息 { $number } 的结尾
message-marks = 消息 { $first }–{ $last }
message-marks-begins = 消息 { $first }–{ $last }，{ $last } 尚不完整
message-marks-ends = 消息 { $first }–{ $last }，{ $first } 至此结束
message-marks-both = 消息 { $first }–{ $last }，{ $first } 至此结束，{ $last } 尚不完整
fact-framing = 分帧

strip-name-peer = 给对端 { $peer } 起名
strip-name-for = { $peer } 的名字
strip-name-taken = 这个名字已被使用，或不能作为名字
