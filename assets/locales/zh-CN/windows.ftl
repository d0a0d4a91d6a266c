# Windows 与其他系统不同的错误含义。

windows-eacces-bind = 在 Windows 上，这个端口已被另一个程序独占（SO_EXCLUSIVEADDRUSE），或者属于系统保留的端口范围（netsh interface ipv4 show excludedportrange protocol=tcp）。
windows-eacces-bind-do = 换一个端口，或者用端口 0 让系统任选一个空闲端口。
windows-eafnosupport = 这台 Windows 不支持该地址族：Unix 套接字需要 Windows 10 1803 或更高版本，而且只支持流式；也可能是 IPv6 被关闭了。
windows-eafnosupport-do = 请使用 IPv4 地址，例如 127.0.0.1。
windows-econnreset-datagram-short = 那里没有程序在监听
windows-econnreset-datagram = 这个套接字之前发出的某个数据报到达了一个没有程序监听的端口。Windows 把对方的回应（ICMP 端口不可达）在下一次调用时报告为连接重置；套接字本身并没有损坏。
windows-econnreset-datagram-do = 先打开对方的套接字，或者检查端口，然后再发送。
windows-econnrefused-connect = 这个地址上没有程序在监听。在 Windows 上，监听 [::] 的服务器只接受 IPv6，除非关闭 v6_only；监听队列满时也会拒绝连接。
windows-econnrefused-connect-do = 先启动服务器，检查地址和端口；如果服务器监听 [::]，请连接 [::1]。
windows-ebusy-short = 正被其他程序使用
windows-ebusy = 另一个程序打开了这个文件，并且不允许共享。
windows-ebusy-do = 先在那个程序里关闭文件，然后再试。
windows-unknown-do = 请在微软的系统错误代码列表中查找编号 { $number }。
