# 实验内容有什么不对。每条都是短语，可以接在位置后面：“file:12:8: field: …”。单独显示时由窗口补成句子。

# 地址。
wrong-address-empty = 缺少地址：应为 主机:端口，例如 127.0.0.1:8000
wrong-address-no-port = “{ $text }”缺少端口：应为 主机:端口，例如 127.0.0.1:8000
wrong-port = “{ $text }”不是端口：应为 0 到 65535 之间的整数
wrong-port-zero = 不能连接或发往端口 0：只有绑定时，0 才表示“任意空闲端口”
wrong-ipv6 = “{ $text }”不是 IPv6 地址：应形如 ::1，带端口时写作 [::1]:8000
wrong-host = “{ $text }”不是主机：应为 IP 地址或主机名
wrong-path-empty = 缺少路径：应为 Unix 套接字的路径，例如 /tmp/chat.sock
wrong-path-long = 路径“{ $text }”对 Unix 套接字来说太长：最多 { $most } 字节
wrong-path-nul = Unix 套接字的路径不能含有 NUL 字节
wrong-group-address = “{ $text }”不是 IP 地址：应为多播组，例如 239.1.2.3 或 ff02::1234
wrong-group = { $text } 不是多播组：应为 224.0.0.0 到 239.255.255.255 之间的地址，或以 ff 开头的 IPv6 地址
wrong-interface = “{ $text }”不是接口：应为接口的名称、编号或它自己的 IPv4 地址
wrong-interface-ipv6 = IPv6 组要用接口的名称或编号来指明接口，不能用地址 { $text }
wrong-group-twice = 组“{ $text }”已经在列表里了
wrong-groups-many = 一个端点最多有 { $most } 个组

# 名称。
wrong-no-name = 名称不能为空
wrong-name-long = 名称最多 { $most } 个字符
wrong-name-space = 名称的首尾不能是空格
wrong-name-hidden = 名称不能含有看不见的字符或改变文字方向的字符
wrong-endpoint-twice = 已经有名为“{ $name }”的端点
wrong-snippet-twice = 已经有名为“{ $name }”的片段
wrong-peer-twice = 已经有名为“{ $name }”的对端

# 文本与字节。
wrong-encoding = “{ $text }”不是文本编码：应为 utf-8、gbk、gb18030、big5、shift_jis、utf-16le、latin-1、ascii 等
wrong-escape = 第 { $at } 个字符处的“\{ $character }”不是转义：应为 \n、\r、\t、\0、\\ 或 \xNN
wrong-escape-end = 第 { $at } 个字符处的“\”后面没有内容：反斜杠请写成 \\
wrong-escape-hex = 第 { $at } 个字符处的“\x”需要两位十六进制数字，例如 \x0a
wrong-unencodable = 第 { $at } 个字符“{ $character }”无法用端点的编码 { $encoding } 表示
wrong-hex = 第 { $at } 个字符“{ $character }”不是十六进制：应形如 68 65、6865、0x68,0x65 或 68:65
wrong-half-byte = 第 { $at } 个字符处的十六进制数字只有半个字节：一个字节是两位
wrong-long = 这里的文本最多 { $most } 个字符
wrong-hex-long = 这里最多 { $most } 个字节
wrong-sha256 = 应为 SHA-256：64 位十六进制数字

# 时长。
wrong-duration = “{ $text }”不是时长：应形如 2s、100ms 或 1m 30s
wrong-duration-negative = “{ $text }”不能用在这里：时长不能为负
wrong-duration-long = “{ $text }”太长：最多 24h

# 模板、规则与片段。
wrong-placeholder = 第 { $at } 个字符处的“{"{"}{ $name }{"}"}”不是占位符：应为 {"{msg}"}、{"{len}"}、{"{host}"}、{"{port}"}、{"{counter}"} 或 {"{time}"}；花括号本身写作 {"{{"}
wrong-brace = 第 { $at } 个字符处的花括号不成对：花括号本身请写成 {"{{"} 或 {"}}"}
wrong-dollar = 第 { $at } 个字符处的“$”没有意义：应为 $1、{"${name}"}，美元符号写作 $$
wrong-capture = 正则表达式里没有捕获组 { $name }（第 { $at } 个字符处的“$”）
wrong-pattern-empty = 空文本会匹配所有消息：应为文本；要匹配任意消息请用 any
wrong-delay-long = 延迟最多 { $most } 秒
wrong-regex = 不是正确的正则表达式：{ $reason }
wrong-regex-at = 不是正确的正则表达式：{ $reason }（第 { $at } 个字符处）
wrong-regex-bytes-at = 由于 (?-u)，表达式第 { $at } 个字符处匹配的是单个字节，而消息会先按 { $encoding } 读成文本：请去掉 (?-u)，这样 . 就是一个字符
wrong-regex-bytes = 由于 (?-u)，表达式匹配的是单个字节，而消息会先按 { $encoding } 读成文本：请去掉 (?-u)，这样 . 就是一个字符
wrong-regex-big = 这个正则表达式太大：编译后会超过 { $most } MiB
wrong-bytes-empty = 缺少字节：应形如 01 ?? 0a
wrong-bytes = 第 { $at } 个字符“{ $character }”既不是十六进制也不是 ??：应形如 01 ?? 0a
wrong-bytes-bracket = 第 { $at } 个字符处的括号没有配对，或里面是空的：应写成例如 (?? ??) 00
wrong-bytes-mask = 第 { $at } 个字符处的 / 用于带掩码的字节：应写成例如 80/c0
wrong-bytes-half = 第 { $at } 个字符处的数字或 ? 只有半个字节：一个字节是两位，?? 代表任意字节
wrong-many-rules = 一个服务最多有 { $most } 条规则
snippet-long-filled = 替换宏之后超过了 { $most } KiB
snippet-unknown-macro = 第 { $at } 个字符处的“{"{"}{ $name }{"}"}”不是宏：应为 {"{counter}"}、{"{time}"}、{"{random}"} 或 {"{random:8}"}；花括号本身写作 {"{{"}
snippet-random-digits = 第 { $at } 个字符处的宏应有 1 到 { $most } 位

# 分帧。
framing-delimiter-text-empty = 分隔符至少要有一个字节
framing-delimiter-text-long = 分隔符最多 { $most } 个字节，而这里有 { $length } 个

unframeable-too-long = 一帧消息最多 { $most } 个字节，而这条有 { $len } 个
unframeable-prefix = { $len } 个字节放不进 { $width } 字节的长度前缀，它最大只能表示 { $most }
unframeable-length = 按约定的分帧，每条消息正好 { $length } 个字节，而这条有 { $len } 个
rules-reply-too-long = 应答超过了 { $most } MiB
rules-reply-unencodable = 应答里的“{ $character }”无法用 { $encoding } 表示

# 实验文件：值与键。
lab-nowhere = 实验
lab-expected = 应为{ $what }，而不是{ $found }
lab-missing = 缺失：应为{ $what }
lab-unknown-key = 未知的键：应为 { $known } 之一
lab-exclude = { $keys } 不能同时使用
lab-found-text = “{ $text }”
lab-found-value = {" "}{ $value }
lab-found-date = 日期或时间
lab-found-array = 数组
lab-found-table = 表
lab-what-table = 表
lab-what-text = 字符串
lab-what-boolean = {" "}true 或 false
lab-what-duration = 时长，例如 "2s"
lab-what-number = 数字
lab-what-from = 不小于 { $least } 的整数
lab-what-range = {" "}{ $least } 到 { $most } 之间的整数
lab-what-one-of = {" "}{ $known } 之一
lab-what-name = 名称
lab-what-address = 地址
lab-what-hex = 十六进制
lab-what-path = 路径
lab-what-endpoints = 由表组成的数组：[[endpoints]]
lab-what-steps = 由表组成的数组：[[steps]]
lab-what-snippets = 由表组成的数组：[[snippets]]
lab-what-both-languages = 两种语言的文本，en 和 zh
lab-what-socket-path = 套接字的路径
lab-what-unix-remote = 路径，或服务器的“@名称”
lab-what-remote = “主机:端口”，或服务器的“@名称”
lab-what-groups = 由多播组组成的数组
lab-what-group = 多播组
lab-what-peers = 由对端组成的数组
service-suffix-text-needed = 要附加的文本
service-template-text-needed = 要填充的文本
lab-what-rules = 由规则组成的数组，例如 {"[{ when = { contains = \"hi\" }, reply = \"hello\" }]"}
lab-what-when = 文本，或含有 { $known } 之一的表
lab-what-quit = 由字符串组成的数组，例如 ["exit", "Q"]
lab-what-paths = 由路径组成的数组，例如 ["a.bin", "b.txt"]
lab-what-layouts = 由表组成的数组：[[layout.parts]]
framing-fixed-length-needed = 字节数
lab-what-endpoint = 端点的名称
lab-what-tcp-client = 某个 tcp-client 的名称
lab-what-asked = 向服务器请求的文件名
lab-what-saved = 文件的保存路径
lab-what-errno = 错误码名称（例如 ECONNREFUSED）

# 实验文件本身。
lab-unreadable = 无法读取：{ $reason }
lab-is-folder = 是文件夹：应为实验文件
lab-too-long = 超过了 { $most } MiB：应为实验文件
lab-not-utf8 = 从这里起不是 UTF-8：实验文件应为 UTF-8 文本
lab-no-memory = 无法读取：内存不足
lab-not-toml = 不是正确的 TOML：{ $reason }
lab-unwritable = 无法写入：{ $reason }
lab-long-title = 标题最多 { $most } 个字符
lab-long-note = 说明最多 { $most } 个字符

# 实验文件：端点与服务。
lab-many-endpoints = 一个实验最多有 { $most } 个端点
lab-own-remote = 端点不能以自己为远端
lab-no-endpoint = 没有名为“{ $name }”的端点：应为 { $known } 之一
lab-no-endpoints = 没有名为“{ $name }”的端点：实验里还没有端点
lab-not-of-kind = { $kind } 没有 { $key }；它只用于 { $kinds }
lab-key-in-service = 服务里已经写了 { $key }
lab-linger = SO_LINGER 只能是整秒数，例如 "5s"
lab-many-peers = 一个端点最多记住 { $most } 个名称
lab-peer-is-endpoint = 应为地址：实验的端点本来就有名称
lab-service-table = 应为含有 kind 的表，例如 {"{ kind = \"echo\" }"}；kind 可以是 { $known }
lab-framing-table = 应为表，例如 { $example }
lab-needs-content = { $what } 需要 text 或 hex
framing-delimiter-text-needed = 分隔符需要 text 或 hex
lab-snippet-needs-content = 片段需要 text 或 hex
lab-empty-quit = 应为非空的消息
lab-exactly-one = 应恰好有 { $known } 之一
lab-any-is-true = 应为 true：它匹配所有消息
lab-cannot-serve = { $kind } 不能提供文件；这种服务用于 tcp-server
lab-serves-nothing = 没有说明要提供什么：请写 root = "文件夹"，或 files = ["a", "b"]
lab-no-folder-path = 应为文件夹的路径
lab-no-file-path = 应为文件的路径
lab-nul-in-path = 路径不能含有 NUL
lab-no-files = 至少需要一个文件
lab-many-files = 一个服务最多列出 { $most } 个文件；请改为把它们的文件夹作为 root
lab-nameless-file = 应为以文件名结尾的路径
lab-file-twice = 已经有名为“{ $name }”的文件：客户端只用路径的最后一段来请求
lab-no-time = 时间应大于 0
lab-many-snippets = 一个实验最多有 { $most } 个片段
lab-hex-line-ending = 十六进制没有行尾：行尾只用于文本

# 实验文件：步骤。
lab-many-steps = 一个实验最多有 { $most } 个步骤
lab-no-action = 步骤需要 { $known } 之一
lab-two-actions = 一个步骤只做一件事，而这里有 { $actions }
lab-send-needs = send 需要 text、hex、file 之一
lab-to-a-connection = 服务器向某个连接发送：应为它的编号，从 1 开始
lab-has-no-to = { $kind } 只发往它所连接的对端，没有 to
lab-no-stream-end = { $kind } 没有流的结束
lab-expect-needs = expect 至少需要 text、hex、bytes、messages、frame、eof = true、error、fault 之一
lab-cannot-download = { $kind } 不能下载；应为某个 tcp-client 的名称
lab-no-file-name = 文件名不能为空
lab-nul-in-name = 名称不能含有 NUL
lab-no-reset = { $kind } 没有可以重置的连接
lab-no-connections = { $kind } 没有连接

# 实验文件：布局。
lab-deep-layout = 窗格组最多嵌套 { $most } 层
lab-many-panes = 布局最多有 { $most } 个窗格和窗格组
lab-bad-share = 每个 share 都应为大于 0 的数字
lab-pane-with-parts = 窗格不能含有 parts
lab-no-such-part = active 应为某个部分的编号，从 0 开始
