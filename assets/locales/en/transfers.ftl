### The outcome of a transfer, in words: verdicts, refusals, notices, steps.

## The verdict, in one line

transfer-identical = identical
transfer-differs = differs: its SHA-256 begins with { $found }, expected was { $expected }
transfer-complete = complete: as long as the server had announced
transfer-maybe-all = ended cleanly, but this protocol cannot say whether that was all
transfer-empty = empty: the server may not have this file
transfer-refused = refused: { $why }
transfer-cut-off = cut off after { $bytes }: { $why }
transfer-failed = failed: { $why }
transfer-rest-by-ranges = broken off by the client after { $bytes }; the rest went by ranges
transfer-sent = sent; whether it arrived only the other end knows
transfer-verdict-of = { $name }, { $bytes }: { $verdict }

## Why it ended

transfer-end-clean = it ended cleanly
transfer-end-reset = the connection was reset ({ $errno })
transfer-end-closed = the other end had closed the connection ({ $errno })
transfer-end-broken = { $short } ({ $errno }, { $op })
transfer-end-disk = { $short } ({ $errno }, { $op } { $path })
transfer-end-not-found = the server has no such file (HTTP status 404)
transfer-end-status = the server answered with HTTP status { $status }
transfer-end-not-askable = the name can't be asked for: { $why }
transfer-end-protocol = it does not fit the protocol ({ $words })
transfer-end-short = the other end stopped before all of the { $expected } that were announced
transfer-end-shrank = the file became shorter while it was sent; { $expected } had been announced
transfer-end-stalled = nothing moved for { $time }
transfer-end-cancelled = it was cancelled

## Why a server does not give a file

transfer-refused-no-name = no name was sent
transfer-refused-too-long = the name has { $len }, and no path is that long
transfer-refused-not-in-one-recv = the name has { $len } and did not fit into one recv({ $size })
transfer-refused-not-text = the name is not text in UTF-8
transfer-refused-nul = the name has a NUL byte
transfer-refused-outside = the name leads out of the shared folder
transfer-refused-not-found = there is no such file
transfer-refused-folder = it is a folder
transfer-refused-fifo = it is a FIFO, and not a file
transfer-refused-socket = it is a socket, and not a file
transfer-refused-device = it is a device, and not a file
transfer-refused-link = it is a link that can't be followed
transfer-refused-other = it is no file
transfer-refused-unreadable = it can't be read: { $short } ({ $errno })

## Where it stands

transfer-stage-asked = asked
transfer-stage-waiting = waits for its turn
transfer-stage-moving = moving

## Notices

transfer-notice-refused = "{ $name }" was asked for and refused: { $why }
transfer-notice-refused-to = { $peer } asked for "{ $name }" and was refused: { $why }
transfer-notice-refused-what = The client gets nothing and the connection is closed, as the tutorials' server does it. To the client that may look like an empty file.
transfer-notice-refused-http-what = The client gets an HTTP status that says so. The server goes on as before.
transfer-notice-refused-outside-do = Only what lies in the shared folder is given. If the file is meant to be there, copy it into the folder.
transfer-notice-refused-not-found-do = Compare the name with those in the shared folder; capital and small letters count.
transfer-notice-refused-name-do = Let the client send the file's name and nothing else, in the endpoint's encoding, in one piece.
transfer-notice-refused-recv-size-do = Raise recv(n) in the options of the server, or give the endpoint a framing: then a name may come in several parts.
transfer-notice-refused-kind-do = Ask for a file in it, or share another one.
transfer-notice-refused-unreadable-do = Check who may read the file.
transfer-notice-never-asked = A client asked for nothing within { $time }; its connection was closed
transfer-notice-never-asked-by = { $peer } asked for nothing within { $time }; its connection was closed
transfer-notice-never-asked-what = A client that connects and stays silent would keep a place from others.
transfer-notice-never-asked-do = Let the client send the file's name right after connecting, or set the server's time for it higher (ask_within).
transfer-notice-received = Download of "{ $name }": { $verdict }
transfer-notice-received-from = Download of "{ $name }" from { $peer }: { $verdict }
transfer-notice-sending = Sending "{ $name }": { $verdict }
transfer-notice-sending-to = Sending "{ $name }" to { $peer }: { $verdict }
transfer-notice-well = All that can be known says that it went well.
transfer-notice-maybe-all = The server just closes when it has sent everything, and also when it has not.
transfer-notice-maybe-all-do = To be sure, compare the SHA-256 with the server's, or download over HTTP.
transfer-notice-empty = The connection ended in an orderly way and brought not one byte. In this protocol a file that is not there looks just like an empty one.
transfer-notice-empty-do = Check the name, and ask whoever runs the server.
transfer-notice-differs = What was saved is not what it should be.
transfer-notice-differs-do = Download it again, or check where the expected SHA-256 comes from.
transfer-notice-rest-by-ranges = A client that fetches a file in several parts at once first asks for all of it, to see how long it is, and breaks that off.
transfer-notice-cut-off = What is there is not the whole file.
transfer-notice-cut-off-do = Try again; over HTTP it goes on where it stopped.
transfer-notice-cancelled = It was ended on purpose.
transfer-notice-part = { $first } What came so far stays in { $path }.
transfer-notice-saved = { $first } It is saved as { $path }.
transfer-notice-status-do = Check the name: over HTTP it is a path below the server's root.
transfer-notice-protocol-do = Check that both ends speak the same protocol (the tutorials' or HTTP), in the same encoding.
transfer-notice-stalled-do = Check the network and the other end, or set the server's patience higher (stalled_after).
transfer-notice-failed = Nothing was saved.
transfer-notice-failed-do = Check the server's address and whether it runs, then try again.
transfer-notice-not-shared = { $path } can't be shared: { $short } ({ $errno })
transfer-notice-not-shared-what = The server has nothing to give as long as that is so. { $meaning }
transfer-notice-not-shared-do = Choose a folder or files that are there and may be read. A relative path counts from the lab file's folder.
transfer-notice-not-for-files = This connection can't do that (EOPNOTSUPP)
transfer-notice-not-for-files-what = A connection that carries a file carries nothing else, and one that has been used for messages takes no download.
transfer-notice-not-for-files-do = Wait until the file is there, or use another client.

## The step

step-does-download = { $name } downloads "{ $file }" to { $path }
step-does-download-http = { $name } downloads "{ $file }" over HTTP to { $path }

## Calls that carry files

call-sendfile-short = It took fewer because the send buffer has no more room or the file ends there: sendfile is called again for the rest.
call-preview = Only the first { $kept } of them are kept in the trace.

## errno of file calls

errno-file-eacces-short = Permission denied
errno-file-eacces = The system does not let this program read or write there.
errno-file-eacces-do = Choose another folder, or change who may use this one.
errno-file-eio-short = Input/output error
errno-file-eio = The disk or its driver reports an error and does not say which.
errno-file-eio-do = Look at the disk's state and the system's log, and save elsewhere.
errno-enoent-short = No such file or folder
errno-enoent = There is nothing at this path, or a folder on the way to it is missing.
errno-enoent-do = Check the name and the folders on the way; capital and small letters count.
errno-eexist-short = File exists
errno-eexist = A file of this name is there already. Nothing is ever overwritten unasked.
errno-eexist-do = Choose another name, or move the old file away first.
errno-enospc-short = No space left on the disk
errno-enospc = The disk is full.
errno-enospc-do = Free some space, then try again, or save to another disk.
errno-edquot-short = Disk quota exceeded
errno-edquot = You may not use more of this disk.
errno-edquot-do = Delete what you no longer need, or save to another disk.
errno-eisdir-short = Is a folder
errno-eisdir = A folder stands where a file was meant.
errno-eisdir-do = Add the file's name to the path.
errno-enotdir-short = Not a folder
errno-enotdir = A part of the path that should be a folder is a file.
errno-enotdir-do = Check the path, or choose another folder.
errno-erofs-short = Read-only file system
errno-erofs = Nothing can be written to this disk.
errno-erofs-do = Save to another disk.
errno-efbig-short = File too large
errno-efbig = The file system, or a limit of this process (ulimit -f), takes no file of this size.
errno-efbig-do = Save to another disk, or raise the limit.
errno-enametoolong-short = Name too long
errno-enametoolong = A name may have 255 bytes and a path 4,095; a Chinese character takes three.
errno-enametoolong-do = Choose a shorter name.
errno-eloop-short = Too many symbolic links
errno-eloop = The path is a symbolic link that leads round in a circle, or may not be followed.
errno-eloop-do = Use the path of the file itself.
errno-ebadmsg-short = Other contents than expected
errno-ebadmsg = All of it came, but its SHA-256 is not the expected one.
errno-ebadmsg-do = Download it again, or check where the expected SHA-256 comes from.
errno-enodata-short = No more data
errno-enodata = The file ended before the announced length.
errno-enodata-do = Try again.
errno-ecanceled-short = Cancelled
errno-ecanceled = It was ended on purpose before it was done.
errno-ecanceled-do = Start it again if it is still wanted.
