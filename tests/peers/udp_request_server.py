"""Answers a datagram that holds a number with so many bytes, whatever goes wrong. Prints its address first.

It takes 500 bytes of a request. Nothing stops it but "exit": what is no number, or more than a datagram can hold, is
answered with the name of the error.
"""
import errno
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.settimeout(15)
server.bind(("127.0.0.1", 0))
print(*server.getsockname())
while True:
    request, client = server.recvfrom(500)
    print("asked:", len(request))
    if request == b"exit":
        break
    try:
        server.sendto(b"x" * int(request), client)
    except OSError as error:
        server.sendto(errno.errorcode[error.errno].encode(), client)
    except Exception as error:
        server.sendto(type(error).__name__.encode(), client)
server.close()
