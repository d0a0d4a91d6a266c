### The pages that the http service shows in a browser.

http-title = Files in { $folder }
http-name = Name
http-size = Size
http-modified = Changed
http-up = ↑ The folder above
http-empty = There is nothing in this folder.
http-cut = Only { $count } of the entries are shown: the folder has more.
http-unreachable = (cannot be asked for: the name is not UTF-8)
http-served-by = Served by Socket Lab
http-not-found = There is no such file here.
http-only-get = Files can only be asked for here: with GET or HEAD.
