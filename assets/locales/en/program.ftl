# What programs do that the lab has started.
call-program-waits = { $who } called { $call } to wait until a socket is ready. It returned { $count }.
call-program-other = { $who } called { $call }.

program-not-started = { $command } could not be started ({ $errno })
program-not-started-do = Check the command and its folder.
program-not-found = There is no such program or folder.
program-not-found-do = Check the spelling and the folder. No shell reads the command: give the program and its arguments as they are.
program-not-executable = The file may not be run.
program-not-executable-do = Make it executable (chmod +x), or name the program that runs it first: python3 server.py.
program-ring = The program uses io_uring. Calls made through it are not watched
program-ring-what = The program hands such calls to the system through shared memory. They do not stop where the lab could see them.
program-ring-do = Other calls of the program are still shown. Many programs have an option that turns io_uring off.
program-architecture = This program is built for another architecture (32 bits). Its calls are not watched
program-architecture-what = The lab reads only calls of its own architecture. The program runs as it is.
program-architecture-do = Use a 64-bit build of it to see its calls.
program-set-user = This program runs with another user's rights (set-user-ID). Its calls are not watched
program-set-user-what = The system does not let anybody watch a program that has more rights than its user. Started by a program that is watched, it runs without those rights.
program-set-user-do = Run the lab as that user, or use a copy of the program without the set-user-ID bit.
program-forbidden = The system does not allow the lab to watch this program
program-forbidden-what = Watching needs ptrace, which containers and the setting kernel.yama.ptrace_scope can forbid.
program-forbidden-do = In a container, add the capability SYS_PTRACE. Elsewhere ask whoever looks after the machine to set kernel.yama.ptrace_scope to 1 or 0.
program-system = On this system the lab cannot watch programs. Their calls are not shown
program-system-what = Watching a program needs Linux on a 64-bit x86 or ARM processor.
program-system-do = The program runs as it is. Connect it to an endpoint of the lab to see the other side of its connections.
program-left =
    { $count ->
        [one] { $shown } process of the program was still running and was ended
       *[other] { $shown } processes of the program were still running and were ended
    }
program-left-what = The lab ends every process that its programs have started, so that nothing keeps a port.
program-left-do = Nothing need be done.
program-not-typed = The program did not take what was typed
program-not-typed-what = It is not running, has closed its standard input, or has not read what was typed before.
program-not-typed-do = Start it again, or wait until it reads.

program-exit = { $name } ended with status { $status }
program-exit-signal = { $name } was ended by { $signal }
cli-trace = Run a program and print every socket call that it makes. Ends with the program's status.
cli-trace-format = What is printed: text, jsonl (one JSON object per line), none. Default: text
cli-trace-output = Where the calls are printed. Default: standard error
cli-trace-program = The program and its arguments
cli-value-program = PROGRAM
trace-cant-open = “{ $file }” could not be written: { $reason }

# The lab file.
lab-what-programs = an array of tables: [[programs]]
lab-many-programs = a lab can have at most { $most } programs
lab-what-run = the program and its arguments, as an array of texts
lab-many-arguments = a program can have at most { $most } arguments
lab-no-command = the first text is the program to run
lab-no-folder = there is no name of a folder
lab-nul-in-argument = the system takes no NUL character here
lab-long-argument = longer than { $most } bytes
lab-many-variables = a program can have at most { $most } variables of its own
lab-bad-variable = “{ $name }” cannot be the name of a variable
lab-what-program = the name of a program
lab-what-call = the C name of a socket call
lab-no-programs = there is no program of the name "{ $name }": the lab has none
lab-no-program = there is no program of the name "{ $name }": expected one of { $known }
lab-empty-output = an empty text is always there
lab-expect-program-needs = of a program a call, an output or an exit status is expected

step-does-start = start { $name }
step-does-stop = stop { $name }
step-does-type = type { $what } to { $name }
step-does-expect-call = { $name } must call { $call }
step-does-expect-output = { $name } must print { $what }
step-does-expect-exit = { $name } must end with status { $status }
program-did-call = { $call } has succeeded
program-did-print = "{ $text }" was printed
program-did-exit = ended with status { $status }
program-did-not-call = { $call } has not succeeded within { $time }
program-did-not-print = "{ $text }" was not printed within { $time }; what came: "{ $got }"
program-did-not-print-at-all = "{ $text }" was not printed within { $time }; nothing came
program-did-not-exit = it has not ended within { $time }
program-ended-otherwise = it ended otherwise: { $how }
program-ended-before = it has ended before that: { $how }
program-does-not-run = it does not run
program-takes-nothing = it takes no input
run-programs-not-allowed = This lab runs programs. Give --allow-programs to let it, if you trust them:
cli-allow-programs = Let the lab start its programs
cli-trace-window = Show the calls in the window instead of printing them; the program’s console is there too
