# 用户对中继扣留的消息所做的操作。

fault-held = 人工扣留
fault-held-tip = 一条消息被扣留，由人编辑、丢弃或放行。
state-black-hole = 黑洞
rack-black-hole = 黑洞：这个中继没有服务器。它接受一切，从不回答；吞没的每个字节都记在账本中。
fault-swallowed = 吞没
fault-swallowed-tip = 中继收下了它，却没有可转发的对象：一个黑洞。发送方对此一无所知。
fault-lost = 随连接丢失
fault-lost-tip = 连接结束时，已经到达但还没有转发出去的内容。
fault-replaced = { $old }换成 { $new }
held-message = { $name }，{ $way }：{ $size } { $text }
step-does-pass = { $name } 放行被扣留的消息
step-does-pass-as = { $name } 把被扣留的消息改为 { $what } 后放行
step-does-pass-also = { $name } 在被扣留的消息之前先发送 { $what }
step-does-pass-drop = { $name } 丢弃被扣留的消息
step-no-message = { $name } 在 { $time }内没有扣留任何消息
breakpoints-message = 消息
breakpoints-message-up = 上行消息
breakpoints-message-down = 下行消息

rack-hold = 扣留消息
rack-hold-tip = 该方向的每条消息都停在这里，由你编辑、放行、丢弃或另发一条。
rack-hold-none = 不扣留
message-bar-title = 消息被扣留
message-bar-more = { $message }（另有 { $count } 条）
message-bar-edit = 编辑…
message-bar-pass = 放行
message-bar-drop = 丢弃
message-window = 被扣留的消息
message-window-about = { $name }，{ $way }。它已收到，还没有转发。
message-window-text = 文本
message-window-hex = 十六进制
message-window-framed = 只编辑内容：外面的帧格式会自动改对
message-window-content = 消息
message-window-pass = 放行
message-window-also = 另外发送
message-window-also-tip = 这里的内容作为单独的消息发出；被扣留的那条仍然留着。
message-window-drop = 丢弃
message-window-gone = 它的连接已结束，消息也随之消失。
message-window-size = 收到 { $old }，发出 { $new }
message-window-as-came = 原样放行

rack-ledger-filtered = 没有符合过滤条件的行。
rack-ledger-only = 查找受到 { $name } 影响的调用
