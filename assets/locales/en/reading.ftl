cmd-from-program = From a Python program…
cmd-from-program-tip = Paste a program that uses sockets: the endpoints that do the same. It is read, never run.
python-window = Endpoints from a Python program
python-window-file = What is { $name } to be?
python-window-hint = Paste a Python program here
python-window-tip = It is read and never run. What an endpoint can't express is listed with its line.
python-window-all = The endpoint does all that it does with its sockets.
python-window-not = What it does not do:
python-window-line = Line { $line }: { $text }
python-window-service = answers: { $service }
python-window-quit = , ends at { $words }
python-window-closes = , closes after its reply
python-window-make =
    { $count ->
        [one] Make the endpoint
       *[other] Make the endpoints
    }
python-window-run = Run it in the lab
python-window-run-tip = Starts the program as it is; its own socket calls join the trace.
drop-python = Drop it here: make endpoints of it, or run it

reading-port = the port is given from outside; the endpoint has a free one, or one to be set
reading-host = the host is given from outside; the endpoint has this machine
reading-path = the path is given from outside; the endpoint's is to be set
reading-limit = how many clients are served is given from outside; the endpoint serves all
reading-reply = what is answered here is more than a service; answer by hand, or write a rule
reading-when = when this is answered depends on more than the message
reading-says = it says "{ $text }" by itself; type it, or make it a step
reading-says-more = it says something by itself that depends on more; type it
reading-timeout = it waits only so long; the endpoint waits as long as it takes
reading-non-blocking = its calls do not wait; the endpoint's do, beside each other
reading-option = the option { $option }
reading-once = it does this once and ends; the endpoint goes on
reading-on-error = what it answers when something fails
reading-library = { $name } is not followed
reading-class = what the class { $name } does is not followed
reading-too-deep = it goes deeper than it is followed
reading-changed = it changes the text before it uses it; the endpoint takes it as it comes
reading-syntax = line { $line }, column { $column } is not Python
reading-no-socket = there is no socket in it that is bound or connected
reading-too-long = it is longer than { $kib } KiB
reading-no-text = it is not text in UTF-8
reading-no-file = the file can't be read
reading-no-memory = there is not enough memory to read it
