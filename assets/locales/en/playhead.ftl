# The playhead: looking back in the trace.
cmd-look-back = Look back
cmd-look-back-tip = Show the playhead: go back call by call, and see the lab as it was; recording goes on
cmd-back-to-now = Back to now
cmd-back-to-now-tip = Show the lab as it is now
words-look-back = playhead past replay time travel history step slider
playhead-play = Play
playhead-pause = Stop playing
playhead-speed = Speed
playhead-times = { $times } ×
playhead-line = Playhead
playhead-line-tip =
    Drag to go back. With the keyboard: ← → by a call, Shift by a call of the selected endpoint, Space plays, Home and End.
    Marks below the line are calls that failed, above it bookmarks, dots on it calls at which a breakpoint stops.
playhead-now = now
playhead-past = The past: after call { $call } of { $calls } · { $time } s
playhead-past-short = The past: call { $call } of { $calls }
playhead-back-to-now = Back to now
playhead-nothing-is-sent = This is the past: nothing can be sent from here.
playhead-refused = You are looking at the past: nothing was done. Go back to now first.
playhead-later = back to now · { $count } later
