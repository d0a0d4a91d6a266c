"""Chats with one client: hears something, says the next argument, until the client says Q. Prints its address first."""
import socket
import sys

socket.setdefaulttimeout(15)
lines = iter(sys.argv[1:])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(3)
print(*listener.getsockname())
conn, _ = listener.accept()
while True:
    heard = conn.recv(1024).decode("utf-8")
    if heard in ("Q", ""):
        break
    print("heard:", heard)
    # The person at this end types here; the arguments are what is typed.
    conn.send(next(lines).encode("utf-8"))
print("the client has ended the chat with", repr(heard))
conn.close()
listener.close()
