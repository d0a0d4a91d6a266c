### 过滤栏、其错误与补全，书签，跟随一个连接。

filter-name = 过滤
filter-hint = 过滤：一段文字，或 op == recv and len > 100
filter-clear = 清除过滤
filter-only = 只显示匹配的调用
filter-recent = 用过的过滤条件
filter-no-recent = 还没有用过过滤条件：按 Enter 会记住。
traffic-sums = { $calls } 个调用 · 已发送 { $sent } · 已接收 { $received } · 从第一个到最后一个历时 { $time }
filter-nothing-before = 过滤条件有误；仍按之前的条件过滤，没有调用符合。
filter-mark = 符合过滤条件
filter-nothing = 没有调用符合过滤条件。
filter-by = 按此过滤
filter-narrow-by = 进一步过滤

filter-field-endpoint = 端点名称
filter-field-conn = 连接编号
filter-field-op = 调用：send、recv……
filter-field-len = 传送的字节数
filter-field-result = 返回值
filter-field-errno = 错误；单独写：所有失败的调用
filter-field-took = 耗时，包含等待
filter-field-at = 开始时间（自实验开始）
filter-field-peer = 对方地址
filter-field-local = 本端地址
filter-field-port = 任一端的端口
filter-field-data = 原始字节，精确匹配
filter-field-msg = 解码后的文字
filter-field-offset = 首字节在流中的位置
filter-field-seq = 调用编号
filter-field-lost = 数据报被截掉的字节数
filter-field-rule = 引起它的服务规则
filter-field-note = 你写的备注
filter-field-bookmark = 有书签
filter-field-eof = recv() = 0：对方已结束发送
filter-field-truncated = 字节没有全部保留
filter-field-abandoned = 一直等到套接字关闭也没有返回

filter-op-equal = 等于
filter-op-unequal = 不等于
filter-op-less = 小于
filter-op-at-most = 至多
filter-op-more = 大于
filter-op-at-least = 至少
filter-op-contains = 包含
filter-op-matches = 匹配正则表达式
filter-op-in = 是其中之一

filter-kind-text = 文字，例如 client 或 "两个 词"
filter-kind-number = 整数，例如 100
filter-kind-time = 时间，例如 100ms 或 1.5s
filter-kind-op = 调用，例如 recv
filter-kind-errno = 错误，例如 ECONNRESET
filter-kind-address = 地址，例如 127.0.0.1:8000 或 :8000
filter-kind-bytes = "文字" 或十六进制字节，例如 0d:0a
filter-kind-flag = 无

filter-too-long = 过滤条件太长：最多 { $most } 个字符。
filter-too-deep = 括号和 not 嵌套太深：最多 { $most } 层。
filter-expected-operand = 此处应为字段（如 op）或引号中的 "文字"。
filter-unknown-field-like = 没有字段“{ $name }”：是不是 { $like }？
filter-unknown-field = 没有字段“{ $name }”：可用的例如 endpoint、op、len、data、errno。
filter-expected-operator = { $field } 之后应为运算符：{ $operators }
filter-single-equals = 单个 = 不作比较：请写 ==
filter-flag-stands-alone = { $field } 单独使用：是或否。
filter-unfit-operator = { $operator } 不适用于 { $field }：应为 { $operators }
filter-expected-value = 此处应为{ $values }。
filter-expected-regex = 此处应为两个斜杠之间的正则表达式：/^GET/
filter-expected-set = 此处应为花括号中的值：{"{"}1, 2{"}"}
filter-bad-value = “{ $text }”不合适：应为{ $values }。
filter-unknown-op = 没有套接字调用“{ $name }”：可用的例如 send、recv、accept。
filter-unknown-errno = 本系统没有错误“{ $name }”：可用的例如 ECONNRESET、EPIPE。
filter-bad-hex = 不是十六进制：应为成对的数字，例如 0d 0a。
filter-empty-text = 没有要查找的内容：所有调用都会匹配。
filter-bad-escape = \{ $escape } 不是转义：应为 \n \r \t \0 \\ \" 或 \x41；其他字节写作 hex"ff"。
filter-open-string = 缺少结束文字的 "。
filter-open-regex = 缺少结束表达式的 /。
filter-open-set = 缺少结束这些值的 {"}"}。
filter-open-parenthesis = 缺少与此 ( 配对的 )。
filter-bad-regex = 不是正则表达式：{ $reason }
filter-regex-too-big = 正则表达式太大。
filter-expected-connective = 此处应为 and、or 或结束。

bookmark-add = 给调用加书签
bookmark-remove = 移除书签
partner-mark = 与选中的调用传送了相同的字节
bookmark-mark = 已加书签
bookmark-note = 调用的备注
bookmark-note-hint = 写备注……

follow-open = 跟随此连接
follow-title = { $name } · 连接 { $conn }
follow-nothing = 此连接没有发送或接收任何数据。
follow-as-text = 文本
follow-as-hex = 十六进制
follow-both = 两个方向
follow-find = 在此连接中查找
follow-find-hint = 查找……
follow-found = 第 { $at } 处，共 { $count } 处
follow-found-none = 没有找到
follow-next = 下一处
follow-previous = 上一处
follow-reading = 正在读取…… { $percent } %
follow-gone = 不再保留：最初发送的 { $sent } B 和接收的 { $received } B。
follow-missing = 此处缺少 { $count } B：没有保留。
follow-name = 此连接的字节
follow-save = 保存
follow-save-both = 两个方向，作为文本……
follow-save-sent = 发送的字节……
follow-save-received = 接收的字节……
follow-save-title = 保存此连接
follow-saved = 已保存 { $file }。
follow-not-saved = { $file } 没有保存：{ $reason }
follow-copy-row = 复制此行
