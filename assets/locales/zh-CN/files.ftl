### 提供与下载文件：传输面板、“提供文件”与“下载”窗口、表单中的字段。

## 拖放与选择

drop-serve = { $count ->
   *[other] 松开鼠标，提供这 { $count } 项
}
drop-nothing = 打开的窗口用不到文件
choose-folder-title = 要提供的文件夹
choose-files-title = 要提供的文件
choose-save-title = 下载另存为
trouble-not-shown = 无法显示所在文件夹
trouble-not-shown-do = 请在文件管理器或终端中打开该文件夹。

## 提供什么：表单与“提供文件”窗口

share-what = 内容
share-what-tip = 客户端可以请求一个文件夹及其子文件夹中的所有文件，或者只能请求列出的文件（按路径的最后一部分）。
share-folder-whole = 整个文件夹
share-files-only = 单个文件
share-folder = 文件夹
share-folder-hint = /home/me/public
share-files = 文件
share-files-hint = 每行一个路径
share-choose-folder = 选择文件夹…
share-choose-files = 选择文件…
share-no-dialog = 系统没有可用的文件对话框，请输入路径。
share-most = 同时最多
share-most-tip = 同时进行的传输数；超出的请求排队等待。
share-ask-within = 请求时限
share-ask-within-tip = 秒。连接后在这段时间内什么也不请求的客户端会被关闭。
share-stalled-after = 停滞时限
share-stalled-after-tip = 秒。这段时间内毫无进展的传输会被结束。
share-wrong-no-folder = 需要一个文件夹。
share-wrong-no-file = 至少需要一个文件。
share-wrong-nul = 名字不能含有 NUL 字节。
share-wrong-many = 最多 { $most } 个文件；请改为提供它们所在的文件夹。
share-wrong-twice = 有两个文件都叫“{ $name }”：客户端只能按这个名字请求。
share-wrong-nameless = “{ $path }”不是以文件名结尾。
share-wrong-missing = “{ $path }”不存在。
share-wrong-not-a-folder = “{ $path }”不是文件夹。
share-wrong-not-a-file = “{ $path }”不是文件。
wrong-seconds = 应为秒数，大于 0 且不超过 { $most }，例如 30 或 1.5。
service-files = 按名字提供文件
service-files-tip = 与教程相同：客户端发来文件名，收到文件内容，然后连接关闭。
service-http = 用 HTTP 提供文件
service-http-tip = 把同样的文件提供给浏览器或 curl。

## “提供文件”窗口

serve-title = 提供文件
serve-what = 把文件夹或文件提供给教程的客户端、浏览器，或两者同时提供，对比一个会说明文件长度的协议和一个不说明的协议。
serve-to = 提供给
serve-by-files = 教程的客户端
serve-by-files-tip = 客户端发送文件名，服务器发送内容后关闭连接。谁也不说明有多少字节。
serve-by-http = 浏览器和 curl（HTTP）
serve-by-http-tip = HTTP/1.1：应答会说明文件有多长，也可以只请求其中一段。
serve-port-files = 教程客户端的端口
serve-port-http = 浏览器的端口
serve-lan-warning = 能访问这台机器的人都能读取这些文件。
serve-go = 开始提供
serve-name-files = 文件
serve-name-http = HTTP
serve-wrong-same-port = 两者需要不同的端口。
serve-wrong-no-offer = 请选择提供给谁。

## “下载文件”窗口

download-title = 下载文件
download-title-over = 通过 { $name } 下载
download-go = 下载
download-client = 下载
download-from = 来自
download-from-tip = 本实验服务器的 @名称、主机:端口，或 http://主机:端口/路径
download-pick = 选择本实验的服务器
download-pick-file = 该服务器的文件
download-no-files = 那里没有共享任何文件
download-protocol = 协议
download-protocol-tip = 自动：本实验的服务器按其服务方式，URL 用 HTTP，其余按教程的协议。
download-protocol-auto = 自动（{ $protocol }）
protocol-files = 教程的协议
download-name = 文件
download-name-tip = 向服务器请求的名字
download-name-of-url = 名字取自 URL。
download-folder = 保存到
download-choose = 选择…
download-folder-made = 这个文件夹还不存在，将会创建。
download-save-as = 另存为
download-save-as-tip = 在本机上的名字；由你请求的名字得来，从不采用服务器说的名字。
download-renamed = “{ $name }”已经存在，不会被覆盖：这次保存为“{ $free }”。
download-use-name = 保存为 { $name }
download-sha256 = SHA-256
download-sha256-tip = 如果你知道它：保存的文件会与它比较。
download-sha256-hint = 64 位十六进制数字，可以为空
download-wrong-no-from = 从哪里下载？请选择本实验的服务器，或输入 主机:端口 或 URL。
download-wrong-scheme = 应为 http://；本程序无法获取 { $scheme }://。
download-wrong-query = 带问号的 URL 在这里无法获取：只能向服务器请求路径。
download-wrong-not-text = URL 中百分号所表示的内容不是 UTF-8。
download-wrong-no-name = 哪个文件？要向服务器说明文件名。
download-wrong-long = 名字最多 { $most } 字节。
download-wrong-no-save-name = 需要一个保存用的名字。
download-wrong-save-name = 这不能在所有系统上作文件名。可以用：{ $name }
download-wrong-exists = “{ $name }”已经存在，不会被覆盖。

## 服务器和客户端的窗格

header-download = 下载文件…
header-download-over = 通过这个客户端下载…
header-url-tip = 在浏览器中打开
composer-files = 这个服务器自动应答：客户端发来文件名，收到文件内容，然后连接关闭。
composer-http = 这个服务器自动应答：浏览器、curl 和下载客户端用 HTTP 向它请求。
composer-shares-folder = 共享文件夹 { $path }
composer-shares-files = { $count ->
   *[other] 共享 { $count } 个文件
}

## 传输面板

transfers-empty-title = 还没有请求过任何文件
transfers-empty-text = 提供一个文件夹，观察每个请求如何到来；或者下载一个文件。每次传输都列在这里，显示进度，并如实说明是否全部到达。
transfers-clear = 清除已结束的传输
transfers-details-close = 关闭详情
transfers-column-name = 文件
transfers-column-endpoint = 端点
transfers-column-peer = 对端
transfers-column-protocol = 协议
transfers-column-amount = 数量
transfers-column-rate = 速率
transfers-column-left = 剩余时间
transfers-column-state = 状态
transfers-way-sending = 发送
transfers-way-receiving = 接收
transfers-no-name = （没有名字）
transfers-part = { $total } 的 { $percent }%
transfers-left = 还需 { $time }
transfers-state-asked = 正在请求
transfers-state-waiting = 排队等待
transfers-state-sending = 正在发送
transfers-state-receiving = 正在接收
transfers-state-checking = 正在核对…
transfers-state-identical = 内容一致
transfers-state-complete = 完整
transfers-state-rest-by-ranges = { $after }，其余按范围传送
transfers-state-sent = 已发出
transfers-state-maybe = 已结束，也许完整
transfers-state-empty = 空的
transfers-state-differs = 内容不同
transfers-state-refused = 被拒绝：{ $why }
transfers-state-cancelled = 传了 { $after } 后取消
transfers-state-given-up = 已取消
transfers-state-cut-off = 传了 { $after } 后中断：{ $why }
transfers-state-failed = 失败：{ $why }
transfers-why-short = 字节不足
transfers-why-shrank = 文件变短了
transfers-why-stalled = 停滞不动
transfers-why-protocol = 不是可用的 HTTP
transfers-cancel = 取消
transfers-again = 重试
transfers-resume = 继续下载
transfers-show = 打开所在文件夹
transfers-copy-sha256 = 复制 SHA-256
transfers-first-call = 调用 #{ $seq }
transfers-first-call-tip = 在流量表中选中这次传输的第一个调用
transfers-checking = 所有字节都已传送；正在重新读取文件进行核对。
transfers-saved = 已保存为
transfers-kept = 已保留为
transfers-save-to = 保存到
transfers-moved-of = { $moved }，共 { $total }
transfers-resumed = 先前已有
transfers-asked-at = 请求于
transfers-took = 用时
transfers-took-mean = { $time } · 平均 { $rate }
transfers-digest-sent = 发出的
transfers-digest-saved = 磁盘上的
transfers-digest-expected = 期望的
transfers-digests-same = 两端的长度和 SHA-256 都相同。
transfers-not-verified = 无法重新读取（{ $errno }）
transfers-plot = 速率
