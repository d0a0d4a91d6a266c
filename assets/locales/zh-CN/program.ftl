# 实验启动的程序所做的事。
call-program-waits = { $who } 调用 { $call }，等待套接字就绪，返回 { $count }。
call-program-other = { $who } 调用了 { $call }。

program-not-started = 无法启动 { $command }（{ $errno }）
program-not-started-do = 请检查命令和所在文件夹。
program-not-found = 没有这个程序或文件夹。
program-not-found-do = 请检查拼写和文件夹。命令不经过 shell 解释：请直接写程序名和各个参数。
program-not-executable = 该文件没有执行权限。
program-not-executable-do = 请添加执行权限（chmod +x），或在前面写上运行它的程序，例如 python3 server.py。
program-ring = 该程序使用 io_uring，经由它发出的调用无法观察
program-ring-what = 程序通过共享内存把这类调用交给系统，不会在实验能看到的地方停下。
program-ring-do = 程序的其他调用仍会显示。许多程序有关闭 io_uring 的选项。
program-architecture = 该程序属于另一种体系结构（32 位），其调用无法观察
program-architecture-what = 实验只能读取与自身体系结构相同的程序的调用。程序照常运行。
program-architecture-do = 请使用 64 位版本来查看其调用。
program-set-user = 该程序以其他用户的权限运行（set-user-ID），其调用无法观察
program-set-user-what = 系统不允许观察权限高于其用户的程序。若由被观察的程序启动，它将不带这些权限运行。
program-set-user-do = 请以该用户身份运行实验，或使用不带 set-user-ID 位的副本。
program-forbidden = 系统不允许实验观察该程序
program-forbidden-what = 观察需要 ptrace，容器和 kernel.yama.ptrace_scope 设置可能禁止它。
program-forbidden-do = 在容器中请添加 SYS_PTRACE 能力；其他情况请管理员将 kernel.yama.ptrace_scope 设为 1 或 0。
program-system = 在此系统上实验无法观察程序，其调用不会显示
program-system-what = 观察程序需要 64 位 x86 或 ARM 处理器上的 Linux。
program-system-do = 程序照常运行。让它连接实验的端点，即可看到连接的另一端。
program-left =
    { $count ->
       *[other] 程序还有 { $shown } 个进程在运行，已将其结束
    }
program-left-what = 实验会结束其程序启动的所有进程，以免端口被占用。
program-left-do = 无需处理。
program-not-typed = 程序没有接收键入的内容
program-not-typed-what = 程序没有运行、已关闭标准输入，或尚未读取之前键入的内容。
program-not-typed-do = 请重新启动程序，或等待它读取。

program-exit = { $name } 已结束，退出状态 { $status }
program-exit-signal = { $name } 被信号 { $signal } 终止
cli-trace = 运行一个程序，输出它的每次套接字调用。以该程序的状态退出。
cli-trace-format = 输出格式：text、jsonl（每行一个 JSON 对象）、none。默认：text
cli-trace-output = 调用输出到哪里。默认：标准错误
cli-trace-program = 程序及其参数
cli-value-program = 程序
trace-cant-open = 无法写入“{ $file }”：{ $reason }

# 实验文件。
lab-what-programs = 由表组成的数组：[[programs]]
lab-many-programs = 一个实验最多有 { $most } 个程序
lab-what-run = 由程序及其参数组成的文本数组
lab-many-arguments = 一个程序最多有 { $most } 个参数
lab-no-command = 第一个文本是要运行的程序
lab-no-folder = 缺少文件夹名
lab-nul-in-argument = 系统不接受 NUL 字符
lab-long-argument = 超过 { $most } 字节
lab-many-variables = 一个程序最多有 { $most } 个自己的环境变量
lab-bad-variable = “{ $name }”不能作为环境变量名
lab-what-program = 程序的名称
lab-what-call = 套接字调用的 C 语言名称
lab-no-programs = 没有名为“{ $name }”的程序：该实验没有程序
lab-no-program = 没有名为“{ $name }”的程序：应为 { $known } 之一
lab-empty-output = 空文本总是存在
lab-expect-program-needs = 对程序应期待一次调用、一段输出或一个退出状态

step-does-start = 启动 { $name }
step-does-stop = 停止 { $name }
step-does-type = 向 { $name } 键入 { $what }
step-does-expect-call = { $name } 应调用 { $call }
step-does-expect-output = { $name } 应输出 { $what }
step-does-expect-exit = { $name } 应以状态 { $status } 退出
program-did-call = { $call } 已成功
program-did-print = 已输出“{ $text }”
program-did-exit = 以状态 { $status } 退出
program-did-not-call = { $time } 内 { $call } 没有成功
program-did-not-print = { $time } 内没有输出“{ $text }”；收到的是“{ $got }”
program-did-not-print-at-all = { $time } 内没有输出“{ $text }”；没有任何输出
program-did-not-exit = { $time } 内没有退出
program-ended-otherwise = 退出情况不同：{ $how }
program-ended-before = 在此之前已退出：{ $how }
program-does-not-run = 程序没有运行
program-takes-nothing = 程序不接收输入
run-programs-not-allowed = 该实验会运行程序。如果信任它们，请加 --allow-programs：
cli-allow-programs = 允许实验启动其中的程序
cli-trace-window = 在窗口中显示调用而不打印；程序的控制台也在窗口中
