### 传输的结果：判定、拒绝、提示、步骤。

## 一行判定

transfer-identical = 内容一致
transfer-differs = 内容不同：SHA-256 以 { $found } 开头，期望的是 { $expected }
transfer-complete = 完整：与服务器声明的长度相同
transfer-maybe-all = 正常结束，但这个协议无法说明是否全部收到
transfer-empty = 空的：服务器可能没有这个文件
transfer-refused = 被拒绝：{ $why }
transfer-cut-off = 传了 { $bytes }后中断：{ $why }
transfer-failed = 失败：{ $why }
transfer-rest-by-ranges = 客户端在 { $bytes }后主动断开；其余部分按范围传送
transfer-sent = 已发出；是否到达只有对方知道
transfer-verdict-of = { $name }，{ $bytes }：{ $verdict }

## 为什么结束

transfer-end-clean = 正常结束
transfer-end-reset = 连接被重置（{ $errno }）
transfer-end-closed = 对方已关闭连接（{ $errno }）
transfer-end-broken = { $short }（{ $errno }，{ $op }）
transfer-end-disk = { $short }（{ $errno }，{ $op } { $path }）
transfer-end-not-found = 服务器没有这个文件（HTTP 状态 404）
transfer-end-status = 服务器以 HTTP 状态 { $status } 应答
transfer-end-not-askable = 无法用这个名字请求：{ $why }
transfer-end-protocol = 不符合协议（{ $words }）
transfer-end-short = 对方声明有 { $expected }，但没发完就结束了
transfer-end-shrank = 发送途中文件变短了；原先声明有 { $expected }
transfer-end-stalled = { $time }内没有任何数据传送
transfer-end-cancelled = 已取消

## 服务器为什么不给文件

transfer-refused-no-name = 没有发来文件名
transfer-refused-too-long = 文件名有 { $len }，没有这么长的路径
transfer-refused-not-in-one-recv = 文件名有 { $len }，一次 recv({ $size }) 装不下
transfer-refused-not-text = 文件名不是 UTF-8 文本
transfer-refused-nul = 文件名中有 NUL 字节
transfer-refused-outside = 这个名字指向共享文件夹之外
transfer-refused-not-found = 没有这个文件
transfer-refused-folder = 它是文件夹
transfer-refused-fifo = 它是命名管道（FIFO），不是文件
transfer-refused-socket = 它是套接字，不是文件
transfer-refused-device = 它是设备，不是文件
transfer-refused-link = 它是无法跟随的链接
transfer-refused-other = 它不是文件
transfer-refused-unreadable = 无法读取：{ $short }（{ $errno }）

## 进行到哪里

transfer-stage-asked = 已请求
transfer-stage-waiting = 排队等待
transfer-stage-moving = 传输中

## 通知

transfer-notice-refused = 请求“{ $name }”被拒绝：{ $why }
transfer-notice-refused-to = { $peer } 请求“{ $name }”，被拒绝：{ $why }
transfer-notice-refused-what = 客户端什么也得不到，连接随即关闭，与教程的服务器一样。在客户端看来可能像是空文件。
transfer-notice-refused-http-what = 客户端会收到说明原因的 HTTP 状态码，服务器照常运行。
transfer-notice-refused-outside-do = 只提供共享文件夹里的内容。如果确实要提供这个文件，请把它复制到该文件夹。
transfer-notice-refused-not-found-do = 请把名字与共享文件夹里的文件核对，注意大小写。
transfer-notice-refused-name-do = 请让客户端只发送文件名，使用端点的编码，一次发完。
transfer-notice-refused-recv-size-do = 请在服务器的选项中增大 recv(n)，或为端点设置消息分帧，这样文件名可以分几次到达。
transfer-notice-refused-kind-do = 请改为请求其中的文件，或共享别的文件。
transfer-notice-refused-unreadable-do = 请检查谁可以读取该文件。
transfer-notice-never-asked = 有客户端在 { $time }内没有请求任何文件，连接已关闭
transfer-notice-never-asked-by = { $peer } 在 { $time }内没有请求任何文件，连接已关闭
transfer-notice-never-asked-what = 只连接而不说话的客户端会占用别人的位置。
transfer-notice-never-asked-do = 请让客户端连接后立即发送文件名，或把服务器的等待时间（ask_within）设得更长。
transfer-notice-received = 下载“{ $name }”：{ $verdict }
transfer-notice-received-from = 从 { $peer } 下载“{ $name }”：{ $verdict }
transfer-notice-sending = 发送“{ $name }”：{ $verdict }
transfer-notice-sending-to = 向 { $peer } 发送“{ $name }”：{ $verdict }
transfer-notice-well = 就所能知道的而言，一切正常。
transfer-notice-maybe-all = 服务器发完全部内容后就关闭连接，没发完时也可能这样关闭。
transfer-notice-maybe-all-do = 想要确定，请与服务器核对 SHA-256，或改用 HTTP 下载。
transfer-notice-empty = 连接正常结束，却没有带来一个字节。在这个协议里，不存在的文件看起来和空文件一模一样。
transfer-notice-empty-do = 请核对文件名，并询问服务器的管理者。
transfer-notice-differs = 保存下来的不是应有的内容。
transfer-notice-differs-do = 请重新下载，或核对期望的 SHA-256 的来源。
transfer-notice-rest-by-ranges = 客户端分多段同时下载时，先请求整个文件以得知长度，随后断开该请求。
transfer-notice-cut-off = 现有的不是整个文件。
transfer-notice-cut-off-do = 请重试；使用 HTTP 时会从中断处继续。
transfer-notice-cancelled = 它是被主动结束的。
transfer-notice-part = { $first }已收到的内容保留在 { $path }。
transfer-notice-saved = { $first }它保存为 { $path }。
transfer-notice-status-do = 请核对名字：在 HTTP 中它是服务器根目录之下的路径。
transfer-notice-protocol-do = 请确认两端使用同一个协议（教程的或 HTTP）和同一种编码。
transfer-notice-stalled-do = 请检查网络和对方，或把服务器的耐心（stalled_after）设得更长。
transfer-notice-failed = 没有保存任何内容。
transfer-notice-failed-do = 请核对服务器的地址，确认它在运行，然后重试。
transfer-notice-not-shared = 无法共享 { $path }：{ $short }（{ $errno }）
transfer-notice-not-shared-what = 在此期间服务器没有可提供的内容。{ $meaning }
transfer-notice-not-shared-do = 请选择存在且可读的文件夹或文件。相对路径从实验文件所在的文件夹算起。
transfer-notice-not-for-files = 这个连接做不到（EOPNOTSUPP）
transfer-notice-not-for-files-what = 正在传文件的连接不能再做别的，用过来收发消息的连接也不能再下载。
transfer-notice-not-for-files-do = 请等文件传完，或使用另一个客户端。

## 步骤

step-does-download = { $name } 下载“{ $file }”到 { $path }
step-does-download-http = { $name } 通过 HTTP 下载“{ $file }”到 { $path }

## 传送文件的调用

call-sendfile-short = 系统收下的少于要求的：发送缓冲区没有更多空间，或者文件到此结束。剩下的会再次调用 sendfile 发送。
call-preview = 其中只有前 { $kept }保留在跟踪记录里。

## 文件调用的 errno

errno-file-eacces-short = 权限不足
errno-file-eacces = 系统不允许本程序在那里读取或写入。
errno-file-eacces-do = 请选择别的文件夹，或修改这个文件夹的权限。
errno-file-eio-short = 输入输出错误
errno-file-eio = 磁盘或其驱动程序报告出错，但没有说明原因。
errno-file-eio-do = 请检查磁盘状态和系统日志，并保存到别处。
errno-enoent-short = 没有这个文件或文件夹
errno-enoent = 这个路径上什么也没有，或者途中缺少某个文件夹。
errno-enoent-do = 请核对名称和途中的文件夹，注意大小写。
errno-eexist-short = 文件已存在
errno-eexist = 已经有一个同名文件。程序绝不会擅自覆盖。
errno-eexist-do = 请换一个名字，或先把旧文件移走。
errno-enospc-short = 磁盘空间不足
errno-enospc = 磁盘满了。
errno-enospc-do = 请腾出空间后重试，或保存到别的磁盘。
errno-edquot-short = 超出磁盘配额
errno-edquot = 你在这个磁盘上不能再占用更多空间。
errno-edquot-do = 请删除不再需要的内容，或保存到别的磁盘。
errno-eisdir-short = 是文件夹
errno-eisdir = 应为文件的地方是一个文件夹。
errno-eisdir-do = 请在路径中加上文件名。
errno-enotdir-short = 不是文件夹
errno-enotdir = 路径中应为文件夹的部分是一个文件。
errno-enotdir-do = 请核对路径，或选择别的文件夹。
errno-erofs-short = 只读文件系统
errno-erofs = 这个磁盘不能写入。
errno-erofs-do = 请保存到别的磁盘。
errno-efbig-short = 文件过大
errno-efbig = 文件系统或本进程的上限（ulimit -f）不允许这么大的文件。
errno-efbig-do = 请保存到别的磁盘，或提高上限。
errno-enametoolong-short = 名称过长
errno-enametoolong = 一个名称最多 255 字节，一个路径最多 4,095 字节；一个汉字占三个字节。
errno-enametoolong-do = 请换一个短些的名字。
errno-eloop-short = 符号链接过多
errno-eloop = 路径是一个绕圈的或不允许跟随的符号链接。
errno-eloop-do = 请使用文件本身的路径。
errno-ebadmsg-short = 内容与期望不同
errno-ebadmsg = 内容全部收到了，但 SHA-256 不是期望的值。
errno-ebadmsg-do = 请重新下载，或核对期望的 SHA-256 的来源。
errno-enodata-short = 没有更多数据
errno-enodata = 还没到声明的长度，文件就结束了。
errno-enodata-do = 请重试。
errno-ecanceled-short = 已取消
errno-ecanceled = 它在完成之前被主动结束了。
errno-ecanceled-do = 如果还需要，请重新开始。
