### http 服务在浏览器里显示的页面。

http-title = { $folder } 中的文件
http-name = 名称
http-size = 大小
http-modified = 修改时间
http-up = ↑ 上一级文件夹
http-empty = 这个文件夹是空的。
http-cut = 只显示了其中 { $count } 项：文件夹里还有更多。
http-unreachable = （无法请求：文件名不是 UTF-8）
http-served-by = 由 Socket Lab 提供
http-not-found = 这里没有这个文件。
http-only-get = 这里只能请求文件：使用 GET 或 HEAD。
