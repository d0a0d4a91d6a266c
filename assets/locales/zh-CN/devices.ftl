# 设备规则的选项。
when-frame = 消息的字段
rules-frame-tip = 按分帧所选协议的字段来匹配消息：function == 3 and unit != 0。可用关系：== != > < >= <=。
rules-reply-hex-tip = 十六进制字节。$1 是模式捕获的内容，{"{frame.id}"} 是消息的字段，{"{length:2}"} 是其后的字节数，{"{checksum:crc-16/modbus}"} 是其前内容的校验和。
rules-more = 更多
rules-more-tip = 自行动作的时机、状态、多个回复，以及回复之后的内容。
rules-on = 应答
rules-on-tip = 一条消息，或者不等消息：在连接建立时，或每隔一段时间。
rules-on-message = 一条消息
rules-on-connect = 新的连接
rules-on-every = 每隔
rules-on-every-tip = 间隔多久：1s、500ms。从连接建立时算起。
rules-from = 起始状态
rules-from-hint = 任意
rules-to = 转到状态
rules-to-hint = 不变
rules-state-tip = 带状态的规则只在连接处于该状态时才有效。连接从第一条带状态的规则的状态开始。
rules-other = 另一个回复
rules-other-at = 或回复 { $number }
rules-other-add = 再加一个可选的回复
rules-then = 随后
rules-then-at = 随后，第 { $number } 部分
rules-then-add = 加一个随后的部分
rules-part-remove = 移除{ $what }
rules-pick = 选哪个回复
rules-pick-next = 依次，停在最后一个
rules-pick-round = 依次，循环
rules-pick-random = 随机（由种子决定）
rules-no-field = 消息没有回复要复制的字段 { $name }
service-rules-seed = 种子
service-rules-seed-tip = 每次打开时随机的选择都相同。换一个数就得到别的选择。
notice-no-frame-field = 有一条规则无法应答消息
notice-no-frame-field-what = 回复要从消息中复制 { "{frame." }{ $name }{"}"}，而这条消息没有该字段。
notice-no-frame-field-do = 让规则只匹配带有该字段的消息，或在回复中不用它。
lab-what-replies = 由文本或形如 {"{ hex = \"00 ff\" }"} 的表组成的数组
lab-what-then = 由部分组成的数组，每个部分有 reply 或 reply_hex，例如 {"[{ reply = \"a\", delay = \"1s\" }]"}
lab-when-of-message = 自行动作的规则没有 when
wrong-hex-reference = 第 { $at } 个字符处的花括号或“$”没有指代任何内容：应写成例如 $1 或 {"{frame.id}"}
wrong-frame-test = “{ $part }”没有询问任何字段：应写成例如 function == 3 and unit != 0
wrong-frame-field = 第 { $at } 个字符处的字段没有名称：应写成例如 {"{frame.id}"}
wrong-frame-no-preset = {"{frame."}{ $name }{"}"} 是某个协议的字段，而该端点的分帧没有选定协议：应写 framing = {"{ preset = … }"}
wrong-frame-unknown = { $preset } 的消息没有字段 { $name }：应为 { $known } 之一
wrong-length-field = 第 { $at } 个字符处不是长度：应写成例如 {"{length:2}"}、{"{length:4:le:all:-4}"}
wrong-many-parts = 一条规则最多有 { $most } 个
wrong-checksum = “{ $name }”不是校验和：应为 { $known } 之一
wrong-checksum-option = “{ $text }”不是校验和的选项：应为 le、be、hex、HEX 或形如 1..-1 的范围
checksum-form = 写法
checksum-form-tip = 字节的顺序、写成字节还是十六进制数字，以及对消息的哪些字节计算：从第一个数起，到第二个数为止；第二个数为负时，到校验和之前若干字节为止。
checksum-order-usual = 通常的顺序
checksum-order-big = 大端
checksum-order-little = 小端
checksum-digits = 字节或数字
checksum-binary = 字节
checksum-hex = 十六进制（小写）
checksum-hex-capital = 十六进制（大写）
checksum-from = 起始字节
checksum-to = 结束字节（负数：距末尾）

# 客户端。
opt-reconnect = 自动重新连接
opt-reconnect-tip = 连接结束或建立失败时，客户端会再试。每次停顿是上一次的两倍。
opt-reconnect-delay = 首次停顿
opt-reconnect-delay-tip = 第一次重试之前：1s、500ms。
opt-reconnect-most = 最长停顿
opt-reconnect-most-tip = 停顿不会超过这个时间。
opt-reconnect-tries = 最多尝试
opt-reconnect-tries-tip = 连续尝试多少次后放弃。
opt-keep-alive = 保活间隔
opt-keep-alive-tip = 这么久没有发送过数据就发一条消息：30s。这是程序自己的消息；SO_KEEPALIVE 则是系统的。
opt-keep-alive-content = 消息
opt-keep-alive-content-tip = 为保持连接而发送的内容，按分帧方式作为一条消息。
opt-greeting = 等待问候
opt-greeting-tip = 收到内容之前什么也不发，最多等这么久：5s。FTP、SMTP、MySQL 的服务器先说话。
opt-never = 从不
notice-connects-again = 客户端将在 { $after } 后重新连接
notice-connects-again-what = 它的连接已结束或未能建立，而它设置为自动重新连接。之后每次停顿加倍，直到最长停顿。
notice-connects-again-do = 要停止，请关闭它，或在它的选项中更改。
notice-no-greeting = 没有等到问候
notice-no-greeting-what = 客户端要等服务器先说话才发送，但在 { $within } 内什么也没收到。现在开始发送。
notice-no-greeting-do = 也许这个服务器在等客户端先说话。
menu-devices = 示例：设备
fact-met = 命中
rule-times = { $times ->
   *[other] { $count } 次
}
fact-message = 消息
fact-more-messages = 还有 { $count } 条
message-not-whole = 尚不完整
opt-connected = 连接到目的地址
opt-connected-tip = UDP 套接字的 connect() 什么也不发送：内核记下目的地址，只放行来自那里的数据报，并报告 ICMP 错误。此后向已关闭的端口发送，会在成功和 ECONNREFUSED 之间交替。
opt-recverr = 说明哪些被退回
opt-recverr-tip = Linux 会保留 ICMP 对未送达数据报的说明，这里会提示并显示出来。关闭时，未 connect 的套接字永远不会知道，多数程序都是如此。
row-not-asked = 未曾问过它
call-not-asked = { $from } 并没有被请求过：这个套接字没有向它发送过任何数据，最后请求的是 { $asked }。服务器可以从另一个端口应答，TFTP 就是这样；已连接的套接字则收不到它。

# 一个数据报的下落。
delivery = 它到了吗？
delivery-ask = 查一查现在谁占用 UDP 端口 { $port }
delivery-came-back = 没有：这个套接字的第 { $seq } 号调用说它被退回了（{ $errno }）。
delivery-to-endpoint = 本实验的“{ $name }”使用这个地址，但到现在还没有收到它。
delivery-hears-only = 它已连接到 { $peer }，内核不会放进来自别处的任何数据报。
delivery-drops = 由于接收缓冲区已满，系统在那里丢弃了 { $datagrams }，其中可能就有它。
delivery-nobody = 没有：本机没有套接字使用 UDP 端口 { $port }。请先启动接收方，并核对地址和端口。
delivery-program = 本机的 { $program }（进程 { $pid }）使用 UDP 端口 { $port }，所以系统已经收下了它。程序是否读取了它，从这里看不到。
delivery-hidden = 本机有程序使用 UDP 端口 { $port }，所以系统已经收下了它；当前用户无权查看是哪个程序。
delivery-here = 本实验里没有谁收到它。它发往本机的一个地址。
delivery-elsewhere = 这里无从知道。也许对方没有程序使用那个端口，也许本机、对方或途中的防火墙一声不响地丢弃了它。UDP 不会重发。
delivery-no-icmp = 到现在没有 ICMP 消息退回来。
delivery-recverr = 打开端点的 IP_RECVERR 选项后，有 ICMP 消息退回来时会告诉你。

# expect 的 messages 和 frame。
step-messages = { $times ->
   *[other] { $count } 条消息
}
step-does-expect-frame = 一条 { $what } 的消息
step-other-message = 来的是另一条消息：应为 { $expected }，实为 { $got }
step-no-such-message = 从第 { $at } 个字节起，来的不是该分帧方式的消息
lab-no-framing = “{ $name }”不把数据切分成消息：应在那里写上分帧方式（framing）
