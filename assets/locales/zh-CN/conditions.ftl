# 故障在何时、对谁起作用：可在窗口中编辑。

rack-when = 条件：{ $summary }
rack-when-of = { $name } 的生效条件：{ $summary }
rack-when-tip = 从何时到何时、对哪些数据、对哪些连接生效
rack-always = 始终
rack-nth = 仅 { $numbers }
rack-size-least = 至少
rack-spread = 分布
rack-spread-uniform = 均匀分布
rack-spread-uniform-tip = 抖动范围内的每个延迟都同样可能。
rack-spread-normal = 多数居中
rack-spread-normal-tip = 正态分布：抖动即标准差。

mark-at-once = 立即
mark-start = 开始
mark-end = 结束
mark-time = 时间
mark-time-tip = 从连接开始算起；若故障打开得更晚，则从打开时算起
mark-bytes = 字节
mark-bytes-tip = 连接的这个方向已到达这么多字节时
mark-calls = 次数
mark-calls-tip = 已到达这么多份数据时：中继一次 recv 得到的数据，或一个数据报；作用于连接的故障则按连接计数。

when-from = 从
when-until = 到
when-nth = 仅第几个
when-nth-tip = 正好是这些，从 1 数起：每个连接每个方向上的数据或数据报；作用于连接的故障则按连接计数。留空表示全部
when-nth-wrong = 从 1 开始的数字，例如 3, 5
when-share = 的连接
when-share-tip = 所有连接中有这么多受影响；具体是哪些由种子决定。
when-first = 最先的连接数
when-first-all = 全部
when-first-tip = 只影响最先的这么多个连接。0 表示全部
when-client = 客户端
when-client-any = 任意
when-client-tip = 仅限来自此 IP 地址的连接。留空表示任意地址
when-client-wrong = IP 地址，例如 127.0.0.1
when-name = 名称
when-name-tip = 账本、过滤器和实验步骤中使用的名称
