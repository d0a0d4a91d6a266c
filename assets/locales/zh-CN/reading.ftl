cmd-from-program = 从 Python 程序创建…
cmd-from-program-tip = 粘贴一个使用套接字的程序，得到等效的端点。只读取，绝不运行。
python-window = 从 Python 程序创建端点
python-window-file = 如何使用 { $name }？
python-window-hint = 在此粘贴 Python 程序
python-window-tip = 程序只被读取，绝不运行。端点无法表达的部分会连同行号列出。
python-window-all = 程序对套接字所做的一切，端点都会做。
python-window-not = 端点不会做的：
python-window-line = 第 { $line } 行：{ $text }
python-window-service = 应答：{ $service }
python-window-quit = ，收到 { $words } 时结束
python-window-closes = ，应答后关闭
python-window-make =
    { $count ->
       *[other] 创建端点
    }
python-window-run = 在实验中运行
python-window-run-tip = 按原样启动程序；它自己的套接字调用会加入跟踪记录。
drop-python = 拖放到这里：用它创建端点，或运行它

reading-port = 端口由外部给出；端点使用空闲端口，或由你设置
reading-host = 主机由外部给出；端点使用本机
reading-path = 路径由外部给出；端点的路径由你设置
reading-limit = 服务多少个客户端由外部给出；端点服务所有客户端
reading-reply = 这里的应答超出了服务的能力；请手动应答或编写规则
reading-when = 是否应答不只取决于消息
reading-says = 它会自行发送“{ $text }”；请手动输入，或做成步骤
reading-says-more = 它会自行发送取决于其他内容的数据；请手动输入
reading-timeout = 它只等待有限的时间；端点会一直等待
reading-non-blocking = 它的调用不等待；端点的调用会等待，但互不影响
reading-option = 选项 { $option }
reading-once = 它只做一次就结束；端点会继续
reading-on-error = 出错时的应答
reading-library = 不解析 { $name }
reading-class = 不解析类 { $name } 的行为
reading-too-deep = 层次太深，未继续解析
reading-changed = 它在使用文本前先作了改动；端点按原样使用
reading-syntax = 第 { $line } 行第 { $column } 列不是 Python
reading-no-socket = 其中没有绑定或连接的套接字
reading-too-long = 超过 { $kib } KiB
reading-no-text = 不是 UTF-8 文本
reading-no-file = 无法读取该文件
reading-no-memory = 内存不足，无法读取
