"""Sends datagrams of so many bytes to 127.0.0.1:PORT and prints how many come back into a buffer of 200."""
import errno
import socket
import sys

port, *lengths = sys.argv[1:]
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(15)
for length in lengths:
    try:
        client.sendto(b"x" * int(length), ("127.0.0.1", int(port)))
    except OSError as error:
        print(length, errno.errorcode[error.errno])
        continue
    answer, _ = client.recvfrom(200)
    print(length, len(answer))
client.close()
