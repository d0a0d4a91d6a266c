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
change-link-faults = 有损链路的故障
cmd-link-faults = 有损链路的故障…
cmd-link-faults-tip = 查看有损链路如何处理其上的帧，并可在实验运行时修改
link-title = 有损链路
link-on = 让本实验在有损链路上运行
link-off-what = 打开后，它从本实验的客户端通向服务器：链路上的帧都经过本程序，其中一些会丢失、延迟或乱序。TCP 对此的处理完全由内核完成。
link-reopens = 已打开的端点会先关闭，再在链路的两端重新打开。
link-seed = 种子
link-seed-tip = 所有随机性都由它决定：种子相同、帧相同，故障也相同。
