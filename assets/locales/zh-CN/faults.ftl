# 中继的故障：名称、通俗的说明，以及实验文件中的错误。

wrong-rate = “{ $text }”不是速率：应为每秒字节数，例如“64KB/s”或“2Mbit/s”
wrong-span = “{ $text }”不是大小：应为数字（例如 10）或范围（例如“10..100”），最大 { $most }

lab-what-portion = 0 到 1 之间的数
lab-what-faults = 故障列表
lab-what-ip = IP 地址
lab-what-ordinals = 从 1 开始的数字或其列表
lab-many-ordinals = 数字超过 { $most } 个
lab-many-faults = 一个中继最多有 { $most } 个故障
lab-fault-of-datagrams = “{ $kind }”只作用于数据报，而这个中继转发的是字节流
lab-fault-of-streams = “{ $kind }”只作用于字节流，而这个中继转发的是数据报

fault-direction-up = 客户端 → 服务器
fault-direction-down = 服务器 → 客户端
fault-direction-both = 双向

fault-latency = 延迟
fault-latency-tip = 所有内容都晚到，顺序不变。
fault-rate = 限速
fault-rate-tip = 每秒只能通过这么多字节，其余的排队等待。队列满时数据报会丢失。
fault-slicer = 切成小块
fault-slicer-tip = 一次发送的内容分成小块到达：一次 send 变成多次 recv。
fault-glue = 粘在一起
fault-glue-tip = 分几次发送的内容一起到达：多次 send 变成一次 recv。
fault-stall = 停滞
fault-stall-tip = 从某一点起，一段时间内（或直到你关闭它）什么都过不去。什么也不会丢。
fault-loss-stall = 丢失报文段
fault-loss-stall-tip = 丢失一个报文段对 TCP 的影响：这些字节要等重传超时之后才到，后面的字节都排在它后面。一个字节也不少。
fault-cut = 截断
fault-cut-tip = 接收方看到正常的结束（FIN），就像发送方已经发完。之后的内容被丢弃。
fault-reset = 重置
fault-reset-tip = 连接的两端都被拆除（RST）：下一次调用以 ECONNRESET 失败。
fault-half-open = 单向失效
fault-half-open-tip = 发出的内容被收下，却永远不会到达。没有人得到通知，连结束也不通知。
fault-refuse = 拒绝
fault-refuse-tip = 连接者被拒之门外。如果拒绝所有人，就没有人监听：connect 以 ECONNREFUSED 失败。
fault-accept-late = 延迟接受
fault-accept-late-tip = 客户端在接受队列中等待。backlog 小时队列很快就满，connect 得不到回应。
fault-close-late = 延迟关闭
fault-close-late-tip = 一方的结束（FIN）晚一些才转发。
fault-corrupt = 损坏
fault-corrupt-tip = 翻转一个比特或改变若干字节，长度不变。
fault-delete = 删除字节
fault-delete-tip = 字节流中缺少一些字节。网络不会这样对待 TCP：这是损坏，不是丢包。
fault-insert = 插入字节
fault-insert-tip = 字节流中出现没有人发送过的字节。
fault-down = 宕机
fault-down-tip = 就像机器断电：没有人监听，已打开的连接被重置。数据报没有回应。
fault-drop = 丢失数据报
fault-drop-tip = 数据报没有到达，也没有人得到通知。
fault-drop-burst = 成串丢失
fault-drop-burst-tip = 连续丢失几个数据报，就像无线链路那样。
fault-duplicate = 重复
fault-duplicate-tip = 一个数据报到达不止一次。
fault-reorder = 乱序
fault-reorder-tip = 一个数据报被后来的超过。
fault-truncate = 截短
fault-truncate-tip = 数据报只有开头部分到达。

preset-mobile = 移动网络
preset-mobile-tip = 60 毫秒左右变化的延迟，上行慢，偶尔丢包。
preset-satellite = 卫星
preset-satellite-tip = 不管链路多好，单程 300 毫秒。
preset-wifi = 拥挤的 Wi-Fi
preset-wifi-tip = 延迟短但变化大，链路窄，经常丢包。
preset-flaky = 不稳定的服务器
preset-flaky-tip = 每四个连接有一个在 1,000 字节后被重置；另有一个开关让服务器宕机。

lab-relay-across = { $kind } 不能转发给 { $other }：一个传输字节流，另一个传输数据报
lab-relay-loop = 这个中继转发的内容会回到它自己

notice-relay-loop = 中继指向了自己
notice-relay-loop-what = 到达的内容会再次转发给这个中继，没完没了。
notice-relay-loop-do = 请把另一个服务器设为目标。

kind-relay = TCP 中继
kind-udp-relay = UDP 中继
kind-unix-relay = Unix 中继
name-relay = 中继

run-mark-fault = 故障
fault-row = { $who }：{ $what } { $way }：{ $effect }；{ $felt }
fault-removed = 去掉 { $bytes }
fault-added = 加入 { $bytes }
fault-later = 晚 { $time }
fault-bytes-later = { $bytes }晚 { $time }
fault-bytes = { $bytes }
fault-happened = 已发生
fault-felt = 调用 { $seq } 最先受到影响
fault-not-felt = 目前还没有人察觉
fault-nobody = 没有人察觉

composer-relay = 中继自己不发送任何内容。
state-relaying = 转发中

lab-no-relay = { $kind } 没有故障：只有中继才有
step-does-fault = { $name }：打开故障：{ $what }
step-does-calm = { $name }：关闭所有故障
step-does-expect-fault = 故障“{ $what }”
step-harmed = 故障“{ $what }”已发生
step-no-fault = 故障“{ $expected }”没有发生：{ $why }
kind-any-relay = 中继

header-put-relay = 在中间放一个中继
header-put-relay-tip = 从现在起，这个端点与服务器之间的内容都经过一个中继：它显示两边的调用，并能延迟、切断或损坏流量。
words-relay = 代理 故障 延迟 中间人

rack-faults = 故障（{ $count } 个打开）
rack-add = 添加故障
rack-presets = 预设
rack-calm = 全部关闭
rack-calm-tip = 关闭所有故障；它们仍留在列表中。
rack-reset-now = 立即重置
rack-reset-now-tip = 立即拆除所有打开的连接（RST），只一次。
rack-ledger = 账本（{ $count }）
rack-ledger-empty = 还没有发生任何故障。
rack-ledger-tip = 显示最先受影响的调用
rack-none = 没有故障：一切原样转发。添加一个，或选择预设。
rack-direction = 方向
rack-remove = 移除 { $name }
rack-delay = 延迟
rack-jitter = 抖动
rack-rate = 速率
rack-size = 大小
rack-after = 之后
rack-chance = 概率
rack-from = 从 { $mark } 起
rack-until = 到 { $mark } 为止
rack-share = { $percent }% 的连接
rack-first = 仅前 { $count } 个连接
rack-client = 仅 { $client }
rack-calls = { $count } 次调用
