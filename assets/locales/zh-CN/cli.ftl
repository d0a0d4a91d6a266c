# 命令行：有哪些命令与选项，以及参数有什么不对。

cli-about = 看见套接字的工作：打开 TCP 和 UDP 套接字，观察每一次调用。不带命令时打开窗口
cli-open = 打开窗口并载入实验或跟踪记录
cli-run = 不开窗口运行实验：打开端点，执行步骤，输出每一次套接字调用
cli-check = 读取并检查实验文件；其中有课程时，运行它的步骤并核对答案
cli-export = 把保存的跟踪记录转换成其他格式
cli-help = 显示本帮助，或某个命令的帮助
cli-lab-file = 实验文件（*.lab.toml）
cli-opened-file = 实验文件（*.lab.toml）或跟踪记录（*.lab-trace）；不给文件则打开空窗口
cli-for = 最多运行这么长时间，例如 5s；到时还没完成的步骤算作失败
cli-run-format = 输出格式：text 为每次调用一行文字（默认），jsonl 为每次调用一个 JSON 对象，none 为不输出
cli-record = 把每次调用即时写入一个尚不存在的文件：供 Wireshark 使用的数据包（*.pcapng），或完整的跟踪记录（*.lab-trace）
cli-trace-file = 保存的跟踪记录（*.lab-trace）
cli-export-format = 输出格式：jsonl 为每次调用一个 JSON 对象（与 run 的输出相同），csv 为一行表格，text 为一行文字，pcapng 为供 Wireshark 使用的合成数据包
cli-output = 写入这个文件（必须尚不存在），而不是标准输出
cli-of-command = 要说明的命令
cli-help-flag = 显示帮助
cli-version-flag = 显示版本

cli-usage = 用法:
cli-commands = 命令:
cli-arguments = 参数:
cli-options = 选项:
cli-value-command = 命令
cli-value-options = 选项
cli-value-file = 文件
cli-value-time = 时间
cli-value-format = 格式
cli-value-trace = 跟踪记录

cli-error = 错误：{ $what }
cli-tip = 提示：{ $what }
cli-more = 详细用法请见“--help”。
cli-unknown-argument = 未知的参数“{ $argument }”
cli-unknown-command = 未知的命令“{ $command }”
cli-missing-arguments = 缺少必需的参数：
cli-missing-value = “{ $argument }”需要一个值
cli-wrong-value = “{ $argument }”的值“{ $value }”无效
cli-wrong-value-because = “{ $argument }”的值“{ $value }”无效：{ $reason }
cli-unexpected-value = “{ $argument }”多出了值“{ $value }”
cli-possible-values = 可用的值：{ $values }
cli-twice = 参数“{ $argument }”不能重复使用
cli-similar-argument = 有一个相似的参数：“{ $name }”
cli-similar-command = 有一个相似的命令：“{ $name }”
cli-similar-value = 有一个相似的值：“{ $name }”
cli-as-value = 若要把“{ $argument }”作为值，请写成“-- { $argument }”
