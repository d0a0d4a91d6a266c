# Held calls and breakpoints.

lab-what-breakpoints = an array of tables: [[breakpoints]]
lab-many-breakpoints = a lab has at most { $most } breakpoints
lab-breakpoint-name = a breakpoint's name has at most { $most } characters, all of them visible
lab-what-condition = a condition, written as a filter: "op == recv and len < 10"
breakpoint-empty = a breakpoint needs a condition, written as a filter: op == recv and len < 10
breakpoint-not-before = { $field } is known only after the call: use at = "after"
breakpoint-never = a breakpoint can't ask for { $field }: a call has it only in the trace

step-does-next = next call of { $name }
step-does-next-blocks = next call of { $name }, which must block
step-does-next-returns = next call of { $name }, which must return
step-does-next-until = calls of { $name } until { $op } has returned
step-does-next-until-blocks = calls of { $name } until { $op } blocks
step-does-release = let { $name } go on
step-nothing-held = no call of { $name } was held within { $time }
step-did-not-block = { $op } has returned instead of blocking
step-blocked = { $op } blocks instead of returning
step-still-blocked = { $op } has not returned within { $time }

run-mark-held = held

change-breakpoints = change the breakpoints
change-breakpoint-gone = delete a breakpoint
done-breakpoint-gone = Deleted a breakpoint

cmd-hold-all = Hold all
cmd-hold-all-tip = Stops every endpoint before its next socket call
cmd-step = Step
cmd-step-tip = Lets one held call through; while nothing is held the key opens the menu
cmd-continue = Continue
cmd-continue-tip = Lets everything go that is held
cmd-breakpoints = Breakpoints…
cmd-breakpoints-tip = Lists the conditions at which time stands still
words-hold = hold stop pause freeze debug debugger step next call continue release resume breakpoint
endpoint-hold = Hold before each call
endpoint-hold-tip = Each of its socket calls waits until you let it through
endpoint-let-go = Let it go on

held-title = Time stands still
held-next = next:
held-next-call = next: { $call }
held-next-of = next: { $name }: { $call }
held-and-others = { $next } · { $count ->
    [one] one more call is held
   *[other] { $count } more calls are held
}
held-by-breakpoint = { $next } · stopped by the breakpoint { $name }
held-at-next-call = stops at the next call
held-blocked = { $call } blocks in the kernel
held-step = Step
held-step-of = Let through { $name }: { $call }
held-continue-of = Let { $name } go on
held-more = { $count ->
    [one] one more call is held
   *[other] { $count } more calls are held
}
held-bytes-wait = { $bytes } wait in the receive queue
held-clients-wait = { $count ->
    [one] one client waits in the accept queue
   *[other] { $count } clients wait in the accept queue
}
traffic-held = held

breakpoints-title = Breakpoints
breakpoints-about = A call that meets a condition stops its endpoint: before it is made, or after it has returned. Conditions are filters.
breakpoints-add = Add a breakpoint
breakpoints-on = Breakpoint { $number } is on
breakpoints-name = Name of breakpoint { $number }
breakpoints-name-hint = name
breakpoints-when = Condition of breakpoint { $number }
breakpoints-at = Where breakpoint { $number } stops
breakpoints-before = before
breakpoints-after = after
breakpoints-delete = Delete breakpoint { $number }
breakpoints-hits = { $count ->
    [one] has stopped one call
   *[other] has stopped { $count } calls
}
conversation-opening = It is being opened.
held-cannot = Its calls can't be held: the system does not stop it at them.
