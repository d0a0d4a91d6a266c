# 错误与调用的含义，以及应对办法。

explain-bytes = { $count ->
   *[other] { $shown } 字节
 }
explain-datagrams = { $count ->
   *[other] { $shown } 个数据报
 }
explain-seconds = { $number } 秒
explain-milliseconds = { $number } 毫秒
explain-microseconds = { $number } 微秒
explain-system-says = 系统的原话：{ $words }。
explain-where = { $what }（{ $errno }，{ $call }）
explain-one-line = { $title }。{ $meaning }{ $advice }
explain-one-line-at = { $endpoint }：{ $title }。{ $meaning }{ $advice }

## errno：名称、在某个调用中的含义、该怎么办

errno-eaddrinuse-short = 地址已被占用
errno-eaddrinuse-port = 端口 { $port } 已被占用
errno-eaddrinuse-bind = 另一个套接字正占用这个地址和端口，或者刚刚用过、系统还没有放开（TIME_WAIT）。
errno-eaddrinuse-bind-do = 请关闭占用它的程序或端点，换一个端口，或者填 0 由系统任选空闲端口。
errno-eaddrinuse-connect = 从这个本地地址和端口到同一台服务器的连接还在，或刚结束不久；也可能是本地端口已经用完。
errno-eaddrinuse-connect-do = 请让系统选择本地端口（填 0），或过一分钟再试。

errno-eacces-short = 权限不足
errno-eacces-bind = 1024 以下是特权端口，这个系统不允许普通用户使用。
errno-eacces-bind-do = 请选用 1024 及以上的端口，或者填 0 由系统任选空闲端口。
errno-eacces-send = 目的地是广播地址，而套接字没有广播权限；也可能是防火墙不允许。
errno-eacces-send-do = 请打开 SO_BROADCAST 选项，然后重新打开端点。
errno-eacces-other = 系统不允许本程序这样做。
errno-eacces-other-do = 请检查用户权限、防火墙，以及程序所在的沙箱。

errno-eperm-short = 操作不被允许
errno-eperm = 系统禁止这样做，最常见的原因是本机防火墙的规则拒绝了数据包。
errno-eperm-do = 请检查本机的防火墙和用户权限。

errno-eaddrnotavail-short = 地址不可用
errno-eaddrnotavail-bind = 本机没有这个地址。套接字只能绑定到自己机器的地址上。
errno-eaddrnotavail-bind-do = 请使用 127.0.0.1、窗口左侧列出的某个地址，或者用 0.0.0.0 表示全部地址。
errno-eaddrnotavail-connect = 没有可用来到达该目的地的本地地址，或者本地已没有空闲端口。
errno-eaddrnotavail-connect-do = 请检查目的地和端点的本地地址，并关闭不再需要的连接。

errno-econnrefused-short = 连接被拒绝
errno-econnrefused-connect = 对方机器可以到达，但没有程序在监听这个端口（它回了一个复位）。
errno-econnrefused-connect-do = 请先启动服务器，并核对地址和端口。
errno-econnrefused-datagram = 先前发出的一个数据报无法投递而被退回（ICMP 端口不可达）：没有套接字使用那个端口。UDP 没有连接，系统会在下一次调用时报告此事。
errno-econnrefused-datagram-do = 请先启动接收方，并核对地址和端口。这个套接字可以继续使用。

errno-econnreset-short = 连接被对方重置
errno-econnreset = 对方中断了连接：程序崩溃了，或者还有字节没读就关闭了，或者以 SO_LINGER 为 0 的方式关闭。途中的数据已经丢失；此前已经到达的，在 Linux 上还能读到，在 Windows 上会被丢弃。
errno-econnreset-do = 请重新连接。如果每次都这样，请查看对方程序是怎样处理最后那些字节的。

errno-epipe-short = 管道已断开
errno-epipe = 这个连接不能再发送了：本端已用 shutdown 结束发送，或者对方已经关闭了连接。
errno-epipe-do = 要继续发送，请重新连接。

errno-emsgsize-short = 消息太长
errno-emsgsize = 一个数据报装不下这么多：UDP 数据报在 IPv4 上最多携带 65,507 字节数据，在 IPv6 上最多 65,527 字节。
errno-emsgsize-do = 请分成几个数据报发送，每个最好不超过 1,472 字节（在以太网上就不会被拆分），或者改用 TCP。
errno-emsgsize-unix = 一个数据报装不下这么多：在 Unix 套接字上，它必须放得进发送方的发送缓冲区（SO_SNDBUF），在 Linux 上还要留出 32 字节。
errno-emsgsize-unix-do = 请分成几个数据报发送，调大发送缓冲区，或者改用 Unix 流套接字。

errno-emfile-short = 打开的文件过多
errno-emfile-accept = 本程序打开的套接字和文件已达到上限，无法接受下一个连接。
errno-emfile-accept-do = 请关闭不再需要的连接，或在启动程序前提高上限（ulimit -n）。
errno-emfile-other = 本程序打开的套接字和文件已达到上限。
errno-emfile-other-do = 请关闭不再需要的端点，或在启动程序前提高上限（ulimit -n）。

errno-enfile-short = 系统打开的文件过多
errno-enfile = 本机所有程序打开的套接字和文件加起来已达到系统上限。
errno-enfile-do = 请关闭其他程序，或提高系统上限（fs.file-max）。

errno-eafnosupport-short = 不支持的地址族
errno-eafnosupport-socket = 本机没有 IPv6（或这种地址族）：它被关闭了，或者没有安装。
errno-eafnosupport-socket-do = 请改用 127.0.0.1 这样的 IPv4 地址，或在系统设置中打开 IPv6。
errno-eafnosupport-other = 这个地址与套接字不属于同一地址族（IPv4 或 IPv6）。
errno-eafnosupport-other-do = 请让两端使用同一族的地址。

errno-enetunreach-short = 网络不可达
errno-enetunreach = 本机没有通往该地址所在网络的路由：没有网线或 Wi-Fi，没有网关，或者没有 IPv6。
errno-enetunreach-do = 请检查网络连接和地址。

errno-ehostunreach-short = 主机不可达
errno-ehostunreach = 网络可以到达，但找不到那台机器：没有机器使用该地址，机器关着，或者途中的防火墙拒绝了。
errno-ehostunreach-do = 请核对地址，确认机器已开机并在同一网络中，再检查途中的防火墙。

errno-ehostdown-short = 主机已关闭
errno-ehostdown = 使用该地址的机器在本地网络中没有应答。
errno-ehostdown-do = 请核对地址，并确认机器已开机。

errno-enetdown-short = 网络已关闭
errno-enetdown = 网络接口被关闭了。
errno-enetdown-do = 请打开网络后再试。

errno-etimedout-short = 超时
errno-etimedout-connect = 对方始终没有应答，尽管系统在一分多钟里反复尝试（Linux：在第 1、2、3、4、5、7、11 秒等时刻重发）。要么服务器没有调用 accept，等待队列已满；要么没有机器使用该地址，机器关着，或者防火墙悄悄丢弃了数据包。
errno-etimedout-connect-do = 如果是本机，请看服务器是否在 accept，backlog 有多长；否则请核对地址和端口，确认机器已开机，再检查途中的防火墙。
errno-etimedout-other = 对方不再应答，系统已放弃这个连接。多半是网络或对方机器出了故障。
errno-etimedout-other-do = 请检查网络，然后重新连接。

errno-einval-short = 参数无效
errno-einval-bind = 套接字已经绑定过了，或者这个地址不适合这种套接字。
errno-einval-bind-do = 请关闭端点，核对地址后重新打开。
errno-einval-setsockopt = 系统不接受这个选项取这个值。
errno-einval-setsockopt-do = 请换一个值，或者保留系统的设置。
errno-einval-other = 系统不接受带这些参数的调用，或者套接字当前的状态不允许。
errno-einval-other-do = 请检查端点的地址和选项，然后重新打开。

errno-enotconn-short = 未连接
errno-enotconn = 套接字没有对方：它从未连接过，或者连接已经结束。
errno-enotconn-do = 请先连接。

errno-eisconn-short = 已经连接
errno-eisconn = 套接字已经有对方了；一个套接字只能建立一个连接。
errno-eisconn-do = 要连接别处，请关闭端点后重新打开。

errno-edestaddrreq-short = 需要目的地址
errno-edestaddrreq = 套接字没有连接，也没有说明字节要发到哪里。
errno-edestaddrreq-do = 请指定目的地（主机:端口），或者为端点设置远端地址。

errno-enobufs-short = 缓冲区空间不足
errno-enobufs = 系统的网络队列没有内存可用，或者网卡的队列满了。
errno-enobufs-do = 请放慢发送速度，或稍后再试。

errno-enomem-short = 内存不足
errno-enomem = 系统没有内存可以分给这个套接字。
errno-enomem-do = 请关闭其他程序或不再需要的连接。

errno-eagain-short = 会阻塞，请重试
errno-eagain = 这个调用本来需要等待，而套接字设置为不等待。对 connect 而言：本地端口已经用完。
errno-eagain-do = 请稍后再试。

errno-einprogress-short = 正在进行
errno-einprogress = 连接正在建立，稍后才有结果。
errno-einprogress-do = 请等待结果。

errno-ealready-short = 已经在进行
errno-ealready = 这个套接字上一次的 connect 还没有结束。
errno-ealready-do = 请等待它的结果。

errno-enoprotoopt-short = 没有这个选项
errno-enoprotoopt = 这个系统或这种套接字不认识该选项。
errno-enoprotoopt-do = 请保留系统的设置。

errno-eopnotsupp-short = 不支持的操作
errno-eopnotsupp = 这种套接字做不到；例如只有流套接字才能监听和接受连接。
errno-eopnotsupp-do = 请换一种端点。

errno-eprotonosupport-short = 不支持的协议
errno-eprotonosupport = 这个系统没有该协议。
errno-eprotonosupport-do = 请换一种端点。

errno-ebadf-short = 文件描述符无效
errno-ebadf = 套接字已经关闭，无从调用。
errno-ebadf-do = 请先打开端点。

errno-enotsock-short = 不是套接字
errno-enotsock = 这个描述符指的不是套接字。
errno-enotsock-do = 请关闭端点后重新打开。

errno-econnaborted-short = 连接中止
errno-econnaborted = 连接还没用上就断了：客户端在等待被接受时放弃了，或者本机系统结束了它。Linux 不在这里报告：accept 照样返回这个连接，它的第一次 recv 才给出 ECONNRESET。
errno-econnaborted-do = 服务器会继续工作；请让客户端重新连接。

errno-eshutdown-short = 已经结束发送
errno-eshutdown = 本端已用 shutdown 结束发送，不能再发出任何数据。
errno-eshutdown-do = 要继续发送，请重新连接。

errno-enetreset-short = 连接因网络而断开
errno-enetreset = 保活探测发现这个连接已经不通。
errno-enetreset-do = 请检查网络，然后重新连接。

errno-eintr-short = 被中断
errno-eintr = 调用还没做任何事就被信号打断了。
errno-eintr-do = 请再试一次。

errno-enodev-short = 没有这个设备
errno-enodev = 地址中 % 后面写的网络接口不存在。
errno-enodev-do = 请核对接口的名称。
errno-group-eaddrinuse-short = 已经是组成员
errno-group-eaddrinuse = 套接字此前已在这个接口上加入了该组，加入一次就够了。
errno-group-eaddrinuse-do = 无需再做什么；或者先离开该组。
errno-group-eaddrnotavail-short = 不是组成员
errno-group-eaddrnotavail = 套接字没有在这个接口上加入该组，因此无法离开；或者（加入时）本机没有使用该地址的接口。
errno-group-eaddrnotavail-do = 请核对多播组和接口。
errno-group-einval-short = 不是多播组
errno-group-einval = 系统不接受把这个地址当作多播组，或者不接受它与这个接口的组合。
errno-group-einval-do = 请选择 224.0.0.0 到 239.255.255.255 之间的组（239.x.x.x 供私有使用）；IPv6 请选择以 ff 开头的地址，例如 ff02::1234，并用名称或编号指明接口。
errno-group-enodev-short = 没有这个接口
errno-group-enodev = 本机没有（或不再有）使用该地址或编号的接口；或者没有指明接口，而路由也没有说明该用哪一个。
errno-group-enodev-do = 请指明一个存在的接口：IPv4 用接口自己的地址或名称，IPv6 用名称或编号；只在本机内使用时可填 127.0.0.1 或 lo。
errno-group-enobufs-short = 组太多
errno-group-enobufs = 套接字加入的组已达到系统对单个套接字的上限（Linux 上是 net.ipv4.igmp_max_memberships，通常为 20）。
errno-group-enobufs-do = 请先离开一个组，或者再用一个 UDP 端点。
errno-group-enoprotoopt-short = 不适用于这个套接字
errno-group-enoprotoopt = 只有 UDP 套接字能加入多播组，而 IPv4 套接字只能加入 IPv4 的组。
errno-group-enoprotoopt-do = 请使用 UDP 端点；要加入 IPv6 组，请把它绑定到 IPv6 地址，例如 [::]:5000。

errno-eio-short = 输入输出错误
errno-eio = 系统报告出错，但没有说明原因。
errno-eio-do = 请再试一次；如果仍然出错，请查看系统日志。

errno-eproto-short = 协议错误
errno-eproto = 对方没有遵守协议规则。
errno-eproto-do = 请重新连接。

errno-unknown-do = 请在 { $op } 的手册页（第 2 节）中查找这个名称。

## 通知

notice-not-sent = { $meaning }有 { $unsent }没有发出。
notice-unsent = { $bytes }没能发出
notice-unsent-to = 要发给 { $peer } 的 { $bytes }没能发出
notice-unsent-what = 它们还在等待发送时连接就结束了：对方读得不够快，或者连接断了。
notice-unsent-do = 如果还需要，请在新连接上重新发送。已经发出的都在跟踪记录里。
notice-unresolved = 找不到名称“{ $host }”的地址（{ $errno }，getaddrinfo）
notice-unresolved-failed = 名称服务不认识这个名称。系统的原话：{ $words }。
notice-unresolved-failed-do = 请检查拼写和网络连接，或者直接填写 IP 地址，例如 127.0.0.1。
notice-unresolved-family = 这个名称有地址，但没有套接字所需地址族（IPv4 或 IPv6）的地址。
notice-unresolved-family-do = 请把本地地址换成另一族的，或者留空。
notice-unresolved-timeout = 名称服务没有及时应答。
notice-unresolved-timeout-do = 请检查网络连接和 DNS 服务器，或者直接填写 IP 地址。
notice-not-joined = 没有加入 { $group }：{ $what }（{ $errno }，setsockopt { $call }）
notice-not-left = 没有离开 { $group }：{ $what }（{ $errno }，setsockopt { $call }）
notice-no-interface = 没有名为“{ $name }”的网络接口（ENODEV，if_nametoindex）
notice-no-interface-what = 本机现在没有这个名称的接口：名称写错了，或者接口已经消失。
notice-no-interface-do = 请查看接口名称（ip link、ifconfig、ipconfig），或者用接口自己的 IPv4 地址来指明它。
notice-accept-paused = { $local } 暂时无法接受连接（{ $errno }，accept）
notice-accept-paused-what = { $meaning }此时连接的客户端会在系统的队列里等待；服务器会自动重试。
notice-accept-resumed = { $local } 又可以接受连接了
notice-accept-resumed-what = 正在接受先前等待的客户端。
notice-accept-limit = { $limit ->
   *[other] 已接受 { $limit } 个连接，服务器停止监听
 }
notice-accept-limit-what = 已达到端点的接受上限。现有的连接继续工作，新的客户端会被拒绝。
notice-accept-limit-do = 要接受更多连接，请关闭端点后重新打开。
notice-localhost = 这台机器上 localhost 既是 { $taken } 也是 { $other }；已采用 { $taken }
notice-localhost-what = 这是两个不同的地址：在其中一个上的套接字，从另一个找不到。两者都可用时采用 IPv4，因为多数程序写 localhost 指的就是它。
notice-localhost-only = 这台机器上 localhost 只是 { $taken }
notice-localhost-only-what = 使用 127.0.0.1 的程序在另一个地址上，无法到达。
notice-localhost-do = 要自己选择，请直接写 127.0.0.1 或 ::1，而不写名称。
notice-datagram-cut = 一个数据报被截断：保留 { $kept }，丢失 { $lost }
notice-datagram-cut-from = 来自 { $peer } 的一个数据报被截断：保留 { $kept }，丢失 { $lost }
notice-datagram-cut-what = 这个数据报比交给 recvfrom 的缓冲区更长。与 TCP 不同，装不下的部分就没有了。
notice-datagram-cut-do = 请把端点的 recv_size 提高到可能收到的最长数据报（65,535 总是够用）。
notice-came-back = 发往 { $to } 的数据报被退回：{ $short }（{ $errno }）
notice-came-back-refused = 这是 { $by } 用 ICMP 说的（端口不可达）：那里没有套接字使用该端口。
notice-came-back-what = 这是 { $by } 用 ICMP 说的。{ $meaning }
notice-came-back-do = { $advice }发往同一地址的后续数据报都在流量记录里，不再另行提示。
notice-kernel-drops = 系统丢弃了 { $datagrams }
notice-kernel-drops-what = 它们来得比读得快，套接字的接收缓冲区满了。UDP 不会重发。缓冲区计入的不只是数据字节：1 到 100 字节的数据报，Linux 默认的 212,992 只能容纳 256 个。
notice-kernel-drops-do = 请提高端点的 SO_RCVBUF，或者让发送方放慢速度。
notice-reply-not-encodable = 有一条应答没有发送：“{ $character }”无法用 { $encoding } 表示
notice-reply-not-encodable-what = 服务生成的文本中有端点编码所没有的字符。程序不会悄悄替换任何内容。
notice-reply-not-encodable-do = 请在两端都选用包含该字符的编码，例如 UTF-8。
notice-no-endpoint = 端点没有打开（EBADF）
notice-no-endpoint-what = 它现在没有套接字，因此无法在其上发送或关闭。你输入的内容还在。
notice-no-endpoint-do = 请先打开它。
notice-no-connection = 没有这个连接（ENOTCONN）
notice-no-connection-what = 连接已经结束，或者服务器还没有客户端。你输入的内容还在。
notice-no-connection-do = 请等待客户端，或者重新连接。
notice-no-destination = 没有给出目的地（EDESTADDRREQ，sendto）
notice-no-destination-what = 这个 UDP 套接字没有默认目的地，而每个数据报都需要一个。
notice-no-destination-do = 请指定一个（主机:端口），或者为端点设置远端地址。
notice-peer-not-open = “{ $name }”没有打开
notice-peer-not-open-what = 地址 @{ $name } 代表那个端点的实际地址，只有打开时才有。
notice-peer-not-open-do = 请先打开“{ $name }”。
notice-queue-full = 这些字节没有被接收：已有 { $queued }在等待（ENOBUFS）
notice-queue-full-to = 这些字节没有被接收：已有 { $queued }在等待发给 { $peer }（ENOBUFS）
notice-queue-full-what = 对方不读取数据，因此它的接收缓冲区、本机的发送缓冲区和本程序的队列都满了。
notice-queue-full-do = 请让对方读取，或者关闭连接。你输入的内容还在。
notice-bad-service = 服务的设置无法使用
notice-bad-service-what = 设置中的问题：{ $reason }。
notice-bad-service-do = 请更改服务或端点的编码，然后重新打开。
notice-opening-cancelled = 打开操作已取消（ECANCELED）
notice-opening-cancelled-what = 端点还没打开就被关闭了。
notice-opening-cancelled-do = 需要时请重新打开。
notice-busy = 指令没有被接受：等待的已经太多（ENOBUFS）
notice-busy-what = 端点收到指令的速度超过了执行速度。你输入的内容还在。
notice-busy-do = 请稍后再试。

## 用文字说明调用

call-who = “{ $endpoint }”
call-who-conn = “{ $endpoint }”（连接 { $conn }）
call-socket-stream = { $who }向系统要了一个新的流套接字（{ $family }）。程序用文件描述符 { $fd } 称呼它。它还没有地址，也没有对方。
call-socket-datagram = { $who }向系统要了一个新的数据报套接字（{ $family }）。程序用文件描述符 { $fd } 称呼它。它还没有地址。
call-option-granted = 请求 { $asked }，实际得到 { $granted }（getsockopt）：系统有最小值和最大值，Linux 还会把请求的大小加倍，用于自身的管理开销。
call-option-set = { $who }把 { $option } 设为 { $value }。{ $meaning }
call-option-on = 开
call-option-off = 关
call-came-back = { $who } 读取了自己的错误队列（带 MSG_ERRQUEUE 的 recvmsg）：发往 { $peer } 的一个数据报被退回。{ $by } 用 ICMP 说：{ $short }（{ $errno }）。没有 IP_RECVERR 时，谁也不会知道这件事；如果套接字已 connect，则是下一次调用代替它失败。
call-option-recverr = 打开后，ICMP 对未送达数据报的说明会留在套接字的错误队列里。打开它的程序必须在每次调用之前读取这个队列，否则下一次调用会以该错误失败，什么也发不出去。
call-option-reuseaddr = 打开后，即使旧连接还处于 TIME_WAIT，服务器结束后也能马上再次绑定同一地址。
call-option-keepalive = 打开后，系统会不时询问空闲的对方是否还在。
call-option-linger = 它决定 close 怎样处理还没发完的字节：设为 0 秒时直接丢弃，并向对方发送复位。
call-option-broadcast = 不打开它，发往广播地址的数据报会以 EACCES 失败。
call-option-recvbuffer = 这是接收缓冲区的大小：到达的数据在那里等待 recv 来取。Linux 会把这个值加倍，留作内部管理之用。
call-option-sendbuffer = 这是发送缓冲区的大小：send 交出的数据在那里等待对方确认。Linux 会把这个值加倍，留作内部管理之用。
call-option-nodelay = 打开后，小块数据会立即发出，不再等待凑在一起发送（Nagle 算法）。
call-option-v6only = 打开后，IPv6 套接字不接受 IPv4 客户端。
call-option-join = 从现在起，套接字会在这个接口、自己绑定的端口上接收发给这个多播组的数据报。
call-option-leave = 从现在起，套接字不再接收发给这个多播组的数据报。在 Linux 上，只要本机还有别的套接字在该组里，绑定到所有地址的套接字仍会收到它们（IP_MULTICAST_ALL）。
call-option-multicast-ttl = 它决定发往多播组的数据报能走多远：0 只在本机，1 只在本地网络，更大的值可以经过（该值减一）个路由器。
call-option-multicast-loop = 打开后，本机上加入了该组的套接字也能收到本机自己发往该组的数据报。
call-option-multicast-interface = 发往多播组的数据报从这个接口发出。
call-bind = { $who }占用了地址 { $local }。从现在起，发到那里的数据都会到达这个套接字。
call-bind-any-port = { $who }请求在 { $host } 上任选一个空闲端口：系统选了 { $port }。
call-bind-all = 这包括本机的所有地址，因此其他机器也能访问它。
call-listen = { $who }开始等待客户端。backlog 为 { $backlog }，即已经建立但还没被接受的连接最多有多少个可以排在队列里；Linux 会多放进一个。
call-accept = { $who }从队列里取出一个客户端：{ $peer }。这个连接有自己的套接字；监听套接字继续监听。
call-accept-waited = { $who }等了 { $time }，{ $peer } 连了进来。这个连接有自己的套接字；监听套接字继续监听。
call-connect = { $who }用 { $time }连接到了 { $peer }。本端地址是 { $local }。
call-connect-itself = { $who }连接到了 { $peer }，那正是它自己的地址：两端选了同一个端口时，TCP 允许套接字连接自己（同时打开）。它发出的数据会回到它自己这里，并没有服务器。
call-kept-back = 第 { $second } 号调用很可能被 Nagle 算法扣留了：它之前的第 { $first } 号调用还没有被确认，而对方没有要回答的内容，推迟了 ACK（Linux 上为 40 毫秒）。TCP_NODELAY 会立即发送。
call-connect-datagram = { $who }选定 { $peer } 作为唯一的对方。UDP 不会为此发送任何数据，系统只是记住这个地址。
call-send = { $who }把 { $len }交给系统，系统全部收下了。这只说明它们进入了发送缓冲区，并不表示对方已经读到。
call-send-waited = { $who }把 { $len }交给系统，等了 { $time }，发送缓冲区才有空间。这并不表示对方已经读到。
call-send-partial = { $who }把 { $len }交给系统，系统只收下 { $taken }：发送缓冲区没有更多空间了。剩下的必须再发。
call-sendto = { $who }向 { $to } 发出了一个 { $len }的数据报。它是否到达，这次调用并不知道。
call-sendfile = { $who }让系统直接从文件发送最多 { $len }；系统收下 { $taken }。这些字节不经过程序。
call-recv = { $who }要求最多 { $max }。已经有数据在等着，它得到 { $got }。
call-recv-waited = { $who }要求最多 { $max }，等了 { $time }才有数据，得到 { $got }。
call-recv-bytes = recv 返回的是字节，不是消息：一次 send 的内容可能分几次到达，几次的也可能一起到达。
call-recv-full = 正好是所要求的数量，因此可能还有更多数据等着下一次 recv。
call-recv-eof = { $who }得到 0 字节：对方已结束发送，不会再有字节到来。
call-recv-eof-waited = { $who }等了 { $time }，得到 0 字节：对方已结束发送，不会再有字节到来。
call-recv-zero = { $who }要求 0 字节，得到 0 字节：这与对方无关。
call-abandoned-accept = { $call } 等了 { $time }，没有客户端连接，套接字已关闭
call-abandoned-connect = { $call } 等了 { $time }，没有应答，套接字已关闭
call-abandoned-receive = { $call } 等了 { $time }，什么也没收到，套接字已关闭
call-abandoned-send = { $call } 等了 { $time }，缓冲区一直没有空间，套接字已关闭
call-gave-up-accept = { $who }调用 { $call }，等了 { $time }，没有客户端连接。
call-gave-up-connect = { $who }调用 { $call }，等了 { $time }，没有得到应答。
call-gave-up-receive = { $who }调用 { $call }，等了 { $time }，什么也没有收到。
call-gave-up-send = { $who }调用 { $call }，等了 { $time }，发送缓冲区一直没有空间。
call-gave-up = 随后它的套接字被关闭，所以这次调用没有结果。
call-recv-own-end = { $who }得到 0 字节，因为它自己已停止读取。这并不说明对方的状态，对方仍可能继续发送。
call-recvfrom = { $who }取出了来自 { $peer } 的一个数据报，共 { $got }。
call-recvfrom-waited = { $who }等了 { $time }，收到来自 { $peer } 的一个数据报，共 { $got }。
call-recvfrom-message = 一次 recvfrom 取出一个完整的数据报。
call-recvfrom-cut = 还有 { $lost }装不进 recvfrom({ $max })，已经丢失。
call-shutdown-write = { $who }结束了本端的发送。对方读完所有数据后，它的 recv 会得到 0。另一个方向继续工作。
call-shutdown-read = { $who }声明不再读取：此后没有数据时 recv 返回 0。对方不会得到通知。在 Linux 上，TCP 仍会收下到来的字节，之后的 recv 会返回它们；Unix 套接字的对方再发送会得到 EPIPE；其他系统会丢弃这些字节。
call-shutdown-both = { $who }结束了两个方向。套接字本身要到 close 才消失。
call-close-conn = { $who }归还了这个连接的套接字。如果没有别处再使用它，系统会先发完剩下的数据，再告诉对方不会有更多数据。
call-close-unread = 但还有 { $unread }已经到达而没有被读取：对方因此得到的是重置（ECONNRESET），而不是正常的结束。
call-close = { $who }归还了它的套接字。这个地址可以由别人使用，从此在那里再也找不到它。
call-failed = { $who }调用了 { $call }，失败：{ $short }（{ $errno }）。{ $meaning }{ $advice }
call-failed-waited = { $who }调用了 { $call }，等了 { $time }后失败：{ $short }（{ $errno }）。{ $meaning }{ $advice }

notice-port-of-endpoint = 本实验的端点“{ $name }”正占用该端口。
notice-port-of-program = 程序 { $program }（进程 { $pid }）正占用该端口。
notice-path-stale = { $path } 是一个已经消失的套接字留下的（EADDRINUSE，bind）
notice-path-stale-what = 程序结束时如果不删除，Unix 套接字的文件会留下，而 bind() 不会在它上面再建套接字。
notice-path-stale-do = 删除这个文件再打开，或者换一个路径。
notice-path-live = 另一个套接字绑定在 { $path }（EADDRINUSE，bind）
notice-path-live-what = 那里有程序应答：两个套接字不能共用一个路径。
notice-path-live-do = 关闭那个程序的套接字，或者换一个路径。
notice-path-other = { $path } 已经存在，而且不是套接字（EADDRINUSE，bind）
notice-path-other-what = bind() 自己建立套接字文件，从不替换已有的东西。
notice-path-other-do = 换一个路径。Socket Lab 绝不会删除这样的文件。

notice-reply-too-long = 回复超过 { $limit }，没有发送
notice-reply-too-long-what = 规则或模板用这条消息生成的内容超过了一条消息的上限。
notice-reply-too-long-do = 在回复里少用一些占位符。
notice-no-rule = 有一条消息不符合任何规则，因此没有应答
notice-no-rule-what = 收到的内容不符合这个端点的任何一条规则。消息本身在通信记录里；以后再有这样的消息不再提示。
notice-no-rule-do = 可用这条消息试一试规则，或在最后加一条匹配任何消息的规则。不分帧时，一条消息就是一次 recv() 得到的内容，可能是半条，也可能是好几条。
notice-reply-not-frameable = 回复不符合分帧方式，没有发送
notice-reply-not-frameable-what = { $reason }
notice-reply-not-frameable-do = 选择容得下这个回复的分帧方式：更宽的长度前缀，或别的长度。
notice-framing-lost = 这个连接上收到的内容无法再切分成消息
notice-framing-too-long = 从第 { $at } 字节开始的消息超过 { $limit }。
notice-framing-lying = 第 { $at } 字节处的长度前缀声称有 { $announced }；最多接受 { $limit }。
notice-framing-missing = 第 { $at } 字节之前缺少数据，因此不知道消息从哪里开始。
notice-framing-lost-do = 检查两端是否使用相同的分帧方式和字节序。字节仍会显示，但不再回复。
notice-urgent-byte = 对端发送了一个紧急字节（TCP 带外数据）
notice-urgent-byte-what = 它位于已接收的第 { $at } 个字节之后，不在数据流中：recv 在它之前停下，再从它之后继续。它的值不会显示。
notice-urgent-byte-do = 无需处理。需要它的程序用 MSG_OOB 调用 recv；这样做的程序很少（RFC 6093 不建议使用）。
notice-held-open = 对端已结束发送，本端仍保持打开
notice-held-open-by = { $peer } 已结束发送，本端仍保持打开
notice-held-open-what = recv() 返回 0：不会再有数据到来。手动服务器只在你关闭时才关闭，等待关闭的对端会一直等下去（9100 端口的打印队列会等一分半钟）。
notice-held-open-do = 请关闭该连接，或在服务器设置的“对方结束后”中选择也关闭本端。
notice-message-cut-off = 对端在一条消息中间结束了：只到了 { $bytes }
notice-message-cut-off-what = 消息的结尾（行尾、分隔符或声明的长度）还没到，所以没有回复。
notice-message-cut-off-do = 检查对端是否发送了最后一条消息的结尾，以及两端的分帧方式是否相同。
notice-replies-capped = 服务在一秒内已回复 { $count } 次，休息到这一秒结束
notice-replies-capped-what = 两个互相回复的程序会全速地永远进行下去。这个上限让它看得见、停得住。
notice-replies-capped-do = 关闭其中一个端点，或把其中一个的服务改为“手动”。
