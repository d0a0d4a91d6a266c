# The lossy link: real segments, real loss.

change-link = the lossy link
cmd-lossy-link = Lossy link on or off
cmd-lossy-link-tip = Runs this lab with its clients at one end and its servers at the other end of a link that loses and delays real segments (Linux)
words-lossy-link = network namespace, loss, retransmission, netem
cli-lossy-link = Run on the lossy link of the file, else on one that loses one frame in twenty and takes 20 ms each way (Linux)
run-no-link = There is no lossy link: { $reason }. The system must let users make network namespaces.
notice-no-link = There is no lossy link here ({ $errno })
notice-no-link-what = The system does not let this program make network namespaces, so that the lab runs without the link.
notice-no-link-do = On Linux, allow user namespaces (kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), or use a relay with faults.
ladder-segment-again = again
ladder-segment-dropped = dropped
status-link = Lossy link: { $all } segments, { $dropped } dropped, { $again } sent again
status-link-tip = The clients and the servers of this lab are at two ends of a link whose frames pass through this program. What TCP does about a loss is the kernel's own doing.
change-link-faults = the lossy link's faults
cmd-link-faults = Faults of the lossy link…
cmd-link-faults-tip = Shows what the lossy link does to the frames on it, and lets you change that while the lab runs
link-title = Lossy link
link-on = Run this lab on a lossy link
link-off-what = Switched on, it leads from the clients of this lab to its servers: its frames pass through this program, which loses, delays or reorders some of them. What TCP does about that is the kernel's own doing.
link-reopens = What is open is closed and opened again at the ends of the link.
link-seed = Seed
link-seed-tip = All randomness follows from it: the same seed and the same frames meet the same faults.
