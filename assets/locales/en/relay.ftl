# What the user does with messages that a relay holds.

fault-held = Held by hand
fault-held-tip = A message that was held, and edited, dropped or let go by hand.
state-black-hole = black hole
rack-black-hole = A black hole: this relay has no server. It accepts everything and never answers; the ledger has every byte that it swallows.
fault-swallowed = Swallowed
fault-swallowed-tip = The relay has taken it in and has nobody to pass it on to: a black hole. Whoever sent it learns nothing.
fault-lost = Lost with its connection
fault-lost-tip = What had come and not gone on when its connection ended.
fault-replaced = { $old } replaced by { $new }
held-message = { $name }, { $way }: { $size } { $text }
step-does-pass = { $name } passes the held message on
step-does-pass-as = { $name } passes the held message on as { $what }
step-does-pass-also = { $name } passes on { $what } before the held message
step-does-pass-drop = { $name } drops the held message
step-no-message = { $name } held no message within { $time }
breakpoints-message = message
breakpoints-message-up = message up
breakpoints-message-down = message down

rack-hold = Hold messages
rack-hold-tip = Each message of that way stops here. You edit it, let it go, drop it or send another.
rack-hold-none = none
message-bar-title = Message held
message-bar-more = { $message } (and { $count } more)
message-bar-edit = Edit…
message-bar-pass = Let go
message-bar-drop = Drop
message-window = Held message
message-window-about = { $name }, { $way }. It was received and has not been sent on.
message-window-text = Text
message-window-hex = Hex
message-window-framed = Only the payload: the framing around it is put right
message-window-content = Message
message-window-pass = Let go
message-window-also = Send as well
message-window-also-tip = What stands here goes on as a message of its own; the held one stays.
message-window-drop = Drop
message-window-gone = Its connection has ended, and the message with it.
message-window-size = { $old } came, { $new } go on
message-window-as-came = goes on as it came

rack-ledger-filtered = No row meets the filter.
rack-ledger-only = Find what felt { $name }
