# Socket Lab watches the sockets of this program from within Python: it was asked to, or the system allows no other way.
# The methods of socket.socket do what they always do, and what they did is told over a loopback connection.


def _socket_lab():
    import os
    import sys

    place = os.environ.get("SOCKET_LAB_SHIM", "").split("|")
    if len(place) != 3:
        return
    port, token, snaplen = int(place[0]), place[1], int(place[2])

    import _thread
    import binascii
    import errno
    import time

    import _socket
    import socket

    clock = time.perf_counter_ns
    raw = _socket.socket
    library = os.path.dirname(os.__file__) + os.sep
    packages = ("site-packages", "dist-packages")

    class Link:
        """The connection to the lab. Whatever becomes of it, the program goes on."""

        def __init__(self):
            self.lock = _thread.RLock()
            self.to = None
            self.busy = False
            self.queue = []
            # How lines call each file; None for those of Python itself.
            self.files = {}
            # The number of each socket by its descriptor, and by what the system calls it.
            self.ids = {}
            self.by_inode = {}
            # How many descriptors each socket has, and what the system calls it.
            self.count = {}
            self.inodes = {}
            self.next_id = 0
            self.next_wait = 0
            # How many lines the lab has been told.
            self.lines = 0

        def connect(self, parent, after=None):
            try:
                to = raw(socket.AF_INET, socket.SOCK_STREAM)
                to.connect(("127.0.0.1", port))
                try:
                    # The program's own descriptors are to have the numbers that they have without the lab.
                    import fcntl

                    high = fcntl.fcntl(to.fileno(), fcntl.F_DUPFD_CLOEXEC, 240)
                    moved = raw(fileno=high)
                    to.close()
                    to = moved
                except (ImportError, OSError):
                    pass
                self.to = to
                self.lines = 0
                self.tell(token=token, pid=os.getpid(), parent=parent, after=after, now=clock())
            except OSError:
                self.to = None

        def tell(self, **fields):
            if self.to is None:
                return
            parts = []
            for name, value in fields.items():
                if value is not None:
                    parts.append('"%s":%s' % (name, written(value)))
            line = ("{" + ",".join(parts) + "}\n").encode("ascii")
            with self.lock:
                self.queue.append(line)
                self.lines += 1
                # A signal handler may come here while a line is being sent.
                if self.busy:
                    return
                self.busy = True
                try:
                    while self.queue:
                        self.to.sendall(self.queue.pop(0))
                except OSError:
                    self.to = None
                finally:
                    self.busy = False

        def id_of(self, fd):
            return self.ids.get(fd)

        def new(self, fd):
            with self.lock:
                self.next_id += 1
                self.know(fd, self.next_id)
                inode = inode_of(fd)
                if inode:
                    self.by_inode[inode] = self.next_id
                    self.inodes[self.next_id] = inode
                return self.next_id

        def know(self, fd, number):
            """The descriptor is that socket, whatever it was before."""
            with self.lock:
                self.forget(fd)
                self.ids[fd] = number
                self.count[number] = self.count.get(number, 0) + 1

        def forget(self, fd):
            """Gives the number of a socket that has no other descriptor."""
            with self.lock:
                number = self.ids.pop(fd, None)
                if number is None:
                    return None
                self.count[number] -= 1
                if self.count[number]:
                    return None
                del self.count[number]
                inode = self.inodes.pop(number, None)
                if self.by_inode.get(inode) == number:
                    del self.by_inode[inode]
                return number

    def inode_of(fd):
        try:
            about = os.fstat(fd)
        except (OSError, ValueError, OverflowError):
            return None
        return (about.st_dev, about.st_ino) if about.st_ino else None

    def written(value):
        if value is True or value is False:
            return "true" if value else "false"
        if isinstance(value, int):
            return "%d" % value
        if isinstance(value, bytes):
            return '"%s"' % binascii.b2a_base64(value, newline=False).decode("ascii")
        text = []
        for character in str(value):
            number = ord(character)
            if 32 <= number < 127 and character not in '"\\':
                text.append(character)
            elif number < 0x10000:
                text.append("\\u%04x" % number)
            else:
                number -= 0x10000
                text.append("\\u%04x\\u%04x" % (0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF)))
        return '"%s"' % "".join(text)

    link = Link()
    own = __file__

    def file_of(path):
        """How lines call a file: with its folder, or by its name alone where it is no file, or one of Python's own."""
        known = link.files.get(path)
        if known is None:
            is_library = path.startswith("<frozen") or (
                path.startswith(library) and not any(name in path for name in packages)
            )
            shown = os.path.basename(path) if is_library or path.startswith("<") else os.path.abspath(path)
            known = (shown, is_library)
            if len(link.files) >= 4096:
                link.files.clear()
            link.files[path] = known
        return known

    def source():
        """The innermost line that is the program's own."""
        frame, innermost = sys._getframe(2), None
        while frame is not None:
            path = frame.f_code.co_filename
            if path != own:
                shown, is_library = file_of(path)
                place = (shown, frame.f_lineno)
                innermost = innermost or place
                if not is_library:
                    innermost = place
                    break
            frame = frame.f_back
        return innermost and "%s:%d" % innermost

    def address(addr):
        if isinstance(addr, tuple) and len(addr) >= 2:
            host, number = addr[0], addr[1]
            return "[%s]:%s" % (host, number) if ":" in str(host) else "%s:%s" % (host, number)
        if isinstance(addr, bytes):
            addr = os.fsdecode(addr)
        if isinstance(addr, str):
            if addr.startswith("\0"):
                addr = "@" + addr[1:]
            return "unix:" + addr
        return None

    def named(constant):
        return getattr(constant, "name", None) or str(constant)

    def option(level, name):
        """The C names of an option and its level, else the numbers."""
        levels = (("SOL_SOCKET", "SO_"), ("IPPROTO_TCP", "TCP_"), ("IPPROTO_IP", "IP_"), ("IPPROTO_IPV6", "IPV6_"))
        for text, prefix in levels:
            if getattr(socket, text, None) == level:
                known = (it for it in dir(socket) if it.startswith(prefix) and getattr(socket, it) == name)
                return text, next(known, str(int(name)))
        return str(int(level)), str(int(name))

    def ends(sock):
        try:
            local = address(raw.getsockname(sock))
        except OSError:
            local = None
        try:
            peer = address(raw.getpeername(sock))
        except OSError:
            peer = None
        return local, peer

    def about(sock):
        """Which socket it is; one that was not seen being made is told of first."""
        fd = raw.fileno(sock)
        number = link.id_of(fd)
        if number is None and fd >= 0:
            number = adopt(sock, fd)
        return fd, number

    def adopt(sock, fd):
        inode = inode_of(fd)
        known = link.by_inode.get(inode) if inode else None
        if known is not None:
            link.know(fd, known)
            return known
        number = link.new(fd)
        local, peer = ends(sock)
        link.tell(op="adopt", sock=number, fd=fd, domain=named(sock.family), type=named(sock.type), local=local, peer=peer)
        return number

    class Watched:
        """One call: told of when it begins, where it may wait, and when it has returned."""

        def __init__(self, sock, op, waits, **args):
            self.fd, self.number = about(sock)
            self.op, self.args, self.wait = op, args, None
            self.source = source()
            self.start = clock()
            if waits:
                with link.lock:
                    link.next_wait += 1
                    self.wait = link.next_wait
                self.tell(wait=self.wait)

        def tell(self, **fields):
            fields.update(self.args)
            link.tell(op=self.op, sock=self.number, fd=self.fd, start=self.start, source=self.source, **fields)

        def returned(self, result, **fields):
            self.tell(done=self.wait or 0, took=clock() - self.start, result=result, **fields)

        def failed(self, error, sock, **fields):
            took = clock() - self.start
            if isinstance(error, socket.gaierror):
                # The name could not be looked up: there was no call.
                self.tell(done=self.wait or 0, took=took, none=True)
            elif isinstance(error, socket.timeout) and error.errno is None:
                # Python has waited with poll, which found nothing in time.
                timeout = raw.gettimeout(sock)
                self.tell(done=self.wait or 0, took=took, timeout=int((timeout or 0) * 1000), result=0)
            else:
                self.tell(done=self.wait or 0, took=took, errno=error.errno or errno.EIO, **fields)

    def beginning(data, length):
        try:
            return bytes(memoryview(data).cast("B")[: min(length, snaplen)])
        except (TypeError, ValueError):
            return b""

    def size(data):
        try:
            return memoryview(data).nbytes
        except TypeError:
            return 0

    def wrap(name):
        """Puts a method before the one that socket.socket has, under its name."""

        def put(function):
            function.__name__ = name
            function.__doc__ = getattr(raw, name, function).__doc__
            setattr(socket.socket, name, function)
            return function

        return put

    def is_stream(sock):
        return sock.type != socket.SOCK_DGRAM

    made = socket.socket.__init__

    def init(self, family=-1, type=-1, proto=-1, fileno=None):
        start = clock()
        try:
            made(self, family, type, proto, fileno)
        except OSError as error:
            if fileno is None:
                link.tell(
                    op="socket",
                    start=start,
                    took=clock() - start,
                    errno=error.errno or errno.EIO,
                    domain=named(socket.AF_INET if family == -1 else family),
                    type=named(socket.SOCK_STREAM if type == -1 else type),
                    source=source(),
                )
            raise
        fd = raw.fileno(self)
        if fileno is not None:
            if link.id_of(fd) is None:
                adopt(self, fd)
            return
        number = link.new(fd)
        link.tell(
            op="socket",
            sock=number,
            fd=fd,
            start=start,
            took=clock() - start,
            result=fd,
            domain=named(self.family),
            type=named(self.type),
            source=source(),
        )

    init.__name__ = "__init__"
    init.__doc__ = made.__doc__
    socket.socket.__init__ = init

    @wrap("_accept")
    def _accept(self):
        call = Watched(self, "accept", True)
        try:
            fd, addr = raw._accept(self)
        except OSError as error:
            call.failed(error, self)
            raise
        number = link.new(fd)
        try:
            local = address(raw.getsockname(self))
        except OSError:
            local = None
        call.returned(fd, new=number, local=local, peer=address(addr) or "unix:")
        return fd, addr

    @wrap("bind")
    def bind(self, addr):
        call = Watched(self, "bind", False, addr=address(addr))
        try:
            raw.bind(self, addr)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(0, local=ends(self)[0])

    @wrap("listen")
    def listen(self, *backlog):
        call = Watched(self, "listen", False, backlog=int(backlog[0]) if backlog else 128)
        try:
            raw.listen(self, *backlog)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(0, local=ends(self)[0])

    @wrap("connect")
    def connect(self, addr):
        call = Watched(self, "connect", True, addr=address(addr))
        try:
            raw.connect(self, addr)
        except OSError as error:
            call.failed(error, self, local=ends(self)[0])
            raise
        local, peer = ends(self)
        call.returned(0, local=local, peer=peer)

    @wrap("connect_ex")
    def connect_ex(self, addr):
        call = Watched(self, "connect", True, addr=address(addr))
        number = raw.connect_ex(self, addr)
        local, peer = ends(self)
        if number:
            call.tell(done=call.wait, took=clock() - call.start, errno=number, local=local)
        else:
            call.returned(0, local=local, peer=peer)
        return number

    def receive(name, from_whom, into):
        original = getattr(raw, name)

        @wrap(name)
        def received(self, *args, **named):
            if into:
                buffer = args[0] if args else named.get("buffer")
                wanted = args[1] if len(args) > 1 else named.get("nbytes", 0)
                most, flags = wanted or size(buffer), args[2] if len(args) > 2 else named.get("flags", 0)
            else:
                most, flags = args[0] if args else 0, args[1] if len(args) > 1 else 0
            shown = "recvfrom" if from_whom else "recv"
            call = Watched(self, shown, True, max=int(most), peek=bool(flags & socket.MSG_PEEK) or None)
            try:
                result = original(self, *args, **named)
            except OSError as error:
                call.failed(error, self)
                raise
            got, sender = (result[0], address(result[1])) if from_whom else (result, None)
            length, data = (got, beginning(buffer, got)) if into else (len(got), bytes(got[:snaplen]))
            call.returned(length, data=data, sender=sender)
            return result

    for method in (("recv", False, False), ("recv_into", False, True)):
        receive(*method)
    for method in (("recvfrom", True, False), ("recvfrom_into", True, True)):
        receive(*method)

    @wrap("send")
    def send(self, data, *flags):
        call = Watched(self, "send", True, length=size(data))
        try:
            sent = raw.send(self, data, *flags)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(sent, data=beginning(data, sent))
        return sent

    @wrap("sendall")
    def sendall(self, data, *flags):
        if not raw.gettimeout(self) and is_stream(self):
            # As the interpreter does it: until all of it is sent.
            view = memoryview(data).cast("B")
            while True:
                sent = send(self, view, *flags)
                view = view[sent:]
                if not view.nbytes:
                    return
        call = Watched(self, "send", True, length=size(data))
        try:
            raw.sendall(self, data, *flags)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(size(data), data=beginning(data, size(data)))

    @wrap("sendto")
    def sendto(self, data, *args):
        call = Watched(self, "sendto", True, length=size(data), addr=address(args[-1]) if args else None)
        try:
            sent = raw.sendto(self, data, *args)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(sent, data=beginning(data, sent), local=ends(self)[0])
        return sent

    if hasattr(raw, "sendmsg"):

        @wrap("sendmsg")
        def sendmsg(self, buffers, ancdata=(), flags=0, addr=None):
            buffers = list(buffers)
            whole = b"".join(bytes(memoryview(part).cast("B")) for part in buffers)
            to = address(addr) if addr is not None else None
            call = Watched(self, "sendto" if to else "send", True, length=len(whole), addr=to, name="sendmsg")
            try:
                sent = raw.sendmsg(self, buffers, ancdata, flags, *(() if addr is None else (addr,)))
            except OSError as error:
                call.failed(error, self)
                raise
            call.returned(sent, data=whole[: min(sent, snaplen)])
            return sent

        @wrap("recvmsg")
        def recvmsg(self, most, *args):
            shown = "recv" if is_stream(self) else "recvfrom"
            call = Watched(self, shown, True, max=int(most), name="recvmsg")
            try:
                result = raw.recvmsg(self, most, *args)
            except OSError as error:
                call.failed(error, self)
                raise
            call.returned(len(result[0]), data=result[0][:snaplen], sender=address(result[3]))
            return result

    @wrap("shutdown")
    def shutdown(self, how):
        call = Watched(self, "shutdown", False, how=int(how))
        try:
            raw.shutdown(self, how)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(0)

    @wrap("setsockopt")
    def setsockopt(self, level, name, value, *rest):
        number = value if isinstance(value, int) else None
        told = option(level, name)
        call = Watched(self, "setsockopt", False, level=told[0], option=told[1], value=number)
        try:
            raw.setsockopt(self, level, name, value, *rest)
        except OSError as error:
            call.failed(error, self)
            raise
        call.returned(0)

    real_close = socket.socket._real_close

    @wrap("_real_close")
    def _real_close(self, *args):
        fd = raw.fileno(self)
        number = link.id_of(fd)
        call = Watched(self, "close", False) if number is not None else None
        last = link.forget(fd) is not None
        try:
            real_close(self, *args)
        except OSError as error:
            if call:
                call.failed(error, self, last=last)
            raise
        if call:
            call.returned(0, last=last)

    if hasattr(os, "sendfile"):
        os_sendfile = os.sendfile

        def sendfile(out_fd, in_fd, offset, count, *args, **named):
            number = link.id_of(out_fd)
            if number is None:
                return os_sendfile(out_fd, in_fd, offset, count, *args, **named)
            start = clock()
            fields = dict(op="sendfile", sock=number, fd=out_fd, start=start, count=int(count), source=source())
            try:
                sent = os_sendfile(out_fd, in_fd, offset, count, *args, **named)
            except OSError as error:
                link.tell(took=clock() - start, errno=error.errno or errno.EIO, **fields)
                raise
            link.tell(took=clock() - start, result=sent, **fields)
            return sent

        os.sendfile = sendfile

    def before_fork():
        link.tell(op="fork")

    def in_child():
        after = link.lines
        link.lock = _thread.RLock()
        link.busy, link.queue = False, []
        before, link.to = link.to, None
        if before is not None:
            # The parent goes on with it.
            before.close()
            link.connect(os.getppid(), after)

    link.connect(None)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before_fork, after_in_child=in_child)


def _others():
    """The sitecustomize that Python would have found without this one."""
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    this = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        if this is not None:
            sys.modules["sitecustomize"] = this


_socket_lab()
_others()
