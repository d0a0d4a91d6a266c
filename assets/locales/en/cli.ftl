# The command line: what it takes, and what is wrong with what it was given.

cli-about = See sockets work: open TCP and UDP sockets and look at every call. Without a command the window opens
cli-open = Open the window with a lab or a trace
cli-run = Run a lab without a window: open its endpoints, carry out its steps, print every socket call
cli-check = Read and validate a lab file; of a lesson the steps are run and the answers compared
cli-export = Write a saved trace in another format
cli-help = Print this message or the help of a command
cli-lab-file = A lab file (*.lab.toml)
cli-opened-file = A lab file (*.lab.toml) or a trace (*.lab-trace); without one the window opens empty
cli-for = End after this time at the latest, for example 5s; steps that are not finished then have failed
cli-run-format = How the calls are printed: text is a readable line for each (the default), jsonl a JSON object, none prints nothing
cli-record = Write every call as it happens into a file that doesn't exist yet: packets for Wireshark (*.pcapng), or all of the trace (*.lab-trace)
cli-trace-file = A saved trace (*.lab-trace)
cli-export-format = What is written: jsonl is a JSON object for each call, as a run prints them, csv a row, text a readable line, pcapng synthetic packets for Wireshark
cli-output = Write to this file, which must not exist, instead of standard output
cli-of-command = The command to be explained
cli-help-flag = Print help
cli-version-flag = Print version

cli-usage = Usage:
cli-commands = Commands:
cli-arguments = Arguments:
cli-options = Options:
cli-value-command = COMMAND
cli-value-options = OPTIONS
cli-value-file = FILE
cli-value-time = TIME
cli-value-format = FORMAT
cli-value-trace = TRACE

cli-error = error: { $what }
cli-tip = tip: { $what }
cli-more = For more information, try '--help'.
cli-unknown-argument = unexpected argument '{ $argument }' found
cli-unknown-command = unrecognized subcommand '{ $command }'
cli-missing-arguments = the following required arguments were not provided:
cli-missing-value = a value is required for '{ $argument }' but none was supplied
cli-wrong-value = invalid value '{ $value }' for '{ $argument }'
cli-wrong-value-because = invalid value '{ $value }' for '{ $argument }': { $reason }
cli-unexpected-value = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
cli-possible-values = possible values: { $values }
cli-twice = the argument '{ $argument }' cannot be used multiple times
cli-similar-argument = a similar argument exists: '{ $name }'
cli-similar-command = a similar subcommand exists: '{ $name }'
cli-similar-value = a similar value exists: '{ $name }'
cli-as-value = to pass '{ $argument }' as a value, use '-- { $argument }'
