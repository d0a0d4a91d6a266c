# 有损链路：真实的报文段，真实的丢失。

change-link = 有损链路
cmd-lossy-link = 打开或关闭有损链路
cmd-lossy-link-tip = 让实验的客户端和服务器分处一条链路的两端，链路会丢失并延迟真实的报文段（Linux）
words-lossy-link = 网络命名空间 丢包 重传
cli-lossy-link = 在文件所述的有损链路上运行；文件没有时，使用每二十帧丢一帧、单程 20 毫秒的链路（Linux）
run-no-link = 没有有损链路：{ $reason }。系统必须允许用户创建网络命名空间。
notice-no-link = 这里没有有损链路（{ $errno }）
notice-no-link-what = 系统不允许本程序创建网络命名空间，因此实验在没有该链路的情况下运行。
notice-no-link-do = 在 Linux 上请允许用户命名空间（kernel.unprivileged_userns_clone、kernel.apparmor_restrict_unprivileged_userns），或改用带故障的中继。
ladder-segment-again = 重传
ladder-segment-dropped = 丢弃
status-link = 有损链路：{ $all } 个报文段，丢弃 { $dropped } 个，重传 { $again } 个
status-link-tip = 本实验的客户端和服务器分别位于一条链路的两端，链路上的帧都经过本程序。TCP 对丢失的处理完全由内核完成。
