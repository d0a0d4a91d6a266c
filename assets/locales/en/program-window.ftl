# Programs in the window.
cmd-new-program = New program…
cmd-new-program-tip = Run a program of your own and see its socket calls
words-new-program = run start python script process console trace strace
words-run-program = run again restart launch
words-stop-program = end kill terminate
kind-program = Program
programs-heading = Programs
program-first-name = program
program-form-new = New program
program-form-what = The program runs on this machine as you would run it. Every socket call that it makes joins the trace.
program-command = Command
program-command-tip = The program and its arguments. Words are split as in a shell; nothing else of a shell is understood.
program-command-wrong = Give the program to run. Every quote must be closed.
program-choose = Choose…
program-folder = Folder
program-folder-tip = Where the program runs. Empty: the folder of the lab’s file.
program-folder-hint = the lab’s folder
program-environment = Environment
program-environment-tip = Variables that are added to the environment, one a line: NAME=value
program-environment-wrong = “{ $line }” is no variable: NAME=value is needed
program-watch = Calls
program-watch-tip = How the lab sees the program’s socket calls.
program-watch-auto = Watched as well as this system allows
program-watch-ptrace = Watched by the system (ptrace), or not started
program-watch-python = Watched from within Python
program-watch-none = Not watched
program-start-at-once = Start at once
program-add = Add and start
program-start = Start
program-run-again = Run again
program-stop = Stop
program-stop-tip = Asks the program to end (SIGTERM); after three seconds it is ended (SIGKILL).
program-filter = Show only its calls
program-copy-command = Copy the command
program-copy-console = Copy the console
program-input = Type to the program
program-input-hint = Type a line for the program to read
program-type = Type
program-console = What the program prints
program-console-empty = What the program prints comes here.
program-console-quiet = The program runs and has printed nothing yet. What a C program prints into a pipe comes with fflush(stdout), or when the program ends.
program-console-end = To the end
program-line-err = stderr: { $text }
program-line-typed = typed: { $text }
program-source = Source of { $file }
program-show-source = Show the source
program-hide-source = Hide the source
program-line-waits = waits in { $call } for { $time }
program-printed = printed
program-seen-by-system = Every socket call, seen by the system
program-seen-python = Seen from within Python: calls that Python code makes, and none that a library makes by itself
program-seen-not = Its socket calls are not seen
program-state-idle = not started
program-state-starting = starting
program-state-runs = running, process { $pid }
program-state-status = ended with status { $status }
program-state-signal = ended by { $signal }
program-state-failed = could not be started ({ $errno })
program-state-left =
    { $count ->
        [one] ended; one of its processes still runs
       *[other] ended; { $count } of its processes still run
    }
program-short-ended = ended
program-short-status = exit { $status }
program-short-runs = pid { $pid }
program-spoken = { $name }: program, { $state }
program-socket-spoken = Socket of { $name }: { $kind }, { $state } { $address }
program-socket-other = socket
fact-source = source
fact-process = process
fact-descriptor = descriptor
consent-title = This lab runs programs
consent-text = They can do whatever you can do on this machine. Run them only if you trust this lab. You are asked once for each lab and what it runs.
consent-file = Lab: { $file }
consent-folder = in { $folder }
consent-run = Run them
drop-program = Drop it to run this program
column-source = source
column-source-tip = The line of a program that made the call
table-fold = Fold looks and waits of programs
table-fold-tip = Leaves out calls by which a program only looked whether a socket was ready: poll, select, epoll_wait, and what returned EAGAIN. The filter “looks” finds them.
traffic-folded = { $shown } folded
filter-field-looks = a program only looked whether something was ready (poll, EAGAIN …)
filter-field-source = the program’s line that made the call

# What is not watched by the system.
program-within = The system does not allow the lab to watch this program. It is watched from within Python
program-within-what = Calls that Python code makes are shown. What a library does by itself (TLS, a database driver) and other programs that it starts are not.
program-not-python = This program does not tell what its sockets do. Its calls are not shown
program-not-python-what = It is no Python program, or was started with -I, -E or -S, so that Python does not load what the lab puts before it.
program-not-python-do = Leave these options out, or choose another way of watching in the program’s options.
