### Serving and downloading: the Transfers pane, the windows Serve and Download, the fields of the form.

## Dropping and choosing

drop-serve = { $count ->
    [one] Drop it here to serve it
   *[other] Drop the { $count } items here to serve them
}
drop-nothing = The open window has no use for files
choose-folder-title = Folder to serve
choose-files-title = Files to serve
choose-save-title = Save the download as
trouble-not-shown = The folder could not be shown
trouble-not-shown-do = Open the folder in a file manager or a terminal.

## What is shared: in the form and in the window "Serve files"

share-what = What
share-what-tip = A client can ask for everything in a folder and in those below it, or just for these files, each by the last part of its path.
share-folder-whole = a folder and all in it
share-files-only = single files
share-folder = Folder
share-folder-hint = /home/me/public
share-files = Files
share-files-hint = one path in each line
share-choose-folder = Choose folder…
share-choose-files = Choose files…
share-no-dialog = This system has no file dialog: type the path.
share-most = At once, at most
share-most-tip = Transfers at the same time at most; further clients wait for a turn.
share-ask-within = Must ask within
share-ask-within-tip = In seconds. A client that connects and asks for nothing is closed after this time.
share-stalled-after = Give up after
share-stalled-after-tip = In seconds. A transfer of which nothing has moved for this time is ended.
share-wrong-no-folder = It needs a folder.
share-wrong-no-file = It needs at least one file.
share-wrong-nul = A name can't have a NUL byte.
share-wrong-many = At most { $most } files; serve their folder instead.
share-wrong-twice = Two files are called "{ $name }": a client asks by this name alone.
share-wrong-nameless = "{ $path }" doesn't end in the name of a file.
share-wrong-missing = "{ $path }" isn't there.
share-wrong-not-a-folder = "{ $path }" is not a folder.
share-wrong-not-a-file = "{ $path }" is not a file.
wrong-seconds = Expected seconds, above 0 and at most { $most }, for example 30 or 1.5.
service-files = files, by name
service-files-tip = As in the tutorials: a client sends a file's name, gets its bytes, and the connection closes.
service-http = files, over HTTP
service-http-tip = The same files to a browser or curl.

## The window "Serve files"

serve-title = Serve files
serve-what = Offer a folder or files to the tutorials' clients, to browsers, or to both, and compare a protocol that says how long a file is with one that does not.
serve-to = For
serve-by-files = the tutorials' clients
serve-by-files-tip = The client sends the name, the server sends the bytes and closes. Nobody says how many there are.
serve-by-http = browsers and curl (HTTP)
serve-by-http-tip = HTTP/1.1: the answer says how long the file is, and a part of it can be asked for.
serve-port-files = Port for the tutorials' clients
serve-port-http = Port for browsers
serve-lan-warning = Everyone who can reach this machine can read these files.
serve-go = Serve
serve-name-files = files
serve-name-http = http
serve-wrong-same-port = The two need different ports.
serve-wrong-no-offer = Choose for whom they are.

## The window "Download a file"

download-title = Download a file
download-title-over = Download over { $name }
download-go = Download
download-client = download
download-from = From
download-from-tip = @name of a server of this lab, host:port, or http://host:port/path
download-pick = Choose a server of this lab
download-pick-file = Files of this server
download-no-files = Nothing is shared there
download-protocol = Protocol
download-protocol-tip = Automatic: a server of this lab is asked as it serves, a URL over HTTP, any other as in the tutorials.
download-protocol-auto = automatic ({ $protocol })
protocol-files = the tutorials'
download-name = File
download-name-tip = What the server is asked for
download-name-of-url = The name comes from the URL.
download-folder = Into
download-choose = Choose…
download-folder-made = This folder isn't there yet; it is made.
download-save-as = Saved as
download-save-as-tip = The name on this machine; it is made of what you ask for, never of what a server says.
download-renamed = "{ $name }" is there already and is not overwritten: this becomes "{ $free }".
download-use-name = Save it as { $name }
download-sha256 = SHA-256
download-sha256-tip = If you know it: what is saved is compared with it.
download-sha256-hint = 64 hex digits; may be empty
download-wrong-no-from = From where? Choose a server of this lab, or type host:port or a URL.
download-wrong-scheme = Expected http://; this program can't fetch { $scheme }://.
download-wrong-query = A URL with a question mark can't be fetched here: the server is asked for a path only.
download-wrong-not-text = What the percent signs in the URL stand for is not UTF-8.
download-wrong-no-name = Which file? The server is asked by name.
download-wrong-long = A name has at most { $most } bytes.
download-wrong-no-save-name = It needs a name to be saved under.
download-wrong-save-name = This can't be a file's name everywhere. Possible: { $name }
download-wrong-exists = "{ $name }" is there already and is not overwritten.

## The panes of servers and clients

header-download = Download a file…
header-download-over = Download over this client…
header-url-tip = Open it in the browser
composer-files = This server answers by itself: a client sends the name of a file, gets its bytes, and the connection closes.
composer-http = This server answers by itself: browsers, curl and download clients ask it over HTTP.
composer-shares-folder = It shares the folder { $path }
composer-shares-files = { $count ->
    [one] It shares 1 file
   *[other] It shares { $count } files
}

## The Transfers pane

transfers-empty-title = No file has been asked for yet
transfers-empty-text = Serve a folder and watch every request arrive, or download a file. Each transfer is listed here with its progress and with an honest word on whether everything arrived.
transfers-clear = Forget those that have ended
transfers-details-close = Close the details
transfers-column-name = File
transfers-column-endpoint = Endpoint
transfers-column-peer = Peer
transfers-column-protocol = Protocol
transfers-column-amount = Amount
transfers-column-rate = Rate
transfers-column-left = Time left
transfers-column-state = State
transfers-way-sending = outgoing
transfers-way-receiving = incoming
transfers-no-name = (no name)
transfers-part = { $percent } % of { $total }
transfers-left = { $time } left
transfers-state-asked = asking
transfers-state-waiting = waits for its turn
transfers-state-sending = sending
transfers-state-receiving = receiving
transfers-state-checking = checking…
transfers-state-identical = identical
transfers-state-complete = complete
transfers-state-rest-by-ranges = { $after }, the rest by ranges
transfers-state-sent = sent
transfers-state-maybe = ended; maybe all
transfers-state-empty = empty
transfers-state-differs = different
transfers-state-refused = refused: { $why }
transfers-state-cancelled = cancelled after { $after }
transfers-state-given-up = cancelled
transfers-state-cut-off = cut off after { $after }: { $why }
transfers-state-failed = failed: { $why }
transfers-why-short = too few bytes
transfers-why-shrank = file became shorter
transfers-why-stalled = stood still
transfers-why-protocol = no usable HTTP
transfers-cancel = Cancel
transfers-again = Try again
transfers-resume = Resume
transfers-show = Show in folder
transfers-copy-sha256 = Copy SHA-256
transfers-first-call = Call #{ $seq }
transfers-first-call-tip = Select the first call of this transfer in the traffic table
transfers-checking = All bytes have moved; the file is being read once more to check it.
transfers-saved = Saved as
transfers-kept = Kept as
transfers-save-to = Save to
transfers-moved-of = { $moved } of { $total }
transfers-resumed = Was there
transfers-asked-at = Asked at
transfers-took = Took
transfers-took-mean = { $time } · { $rate } on average
transfers-digest-sent = Sent
transfers-digest-saved = On disk
transfers-digest-expected = Expected
transfers-digests-same = Both ends have the same length and SHA-256.
transfers-not-verified = could not be read again ({ $errno })
transfers-plot = Rate
