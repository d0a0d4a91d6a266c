"""One person in a chat room: a single bound socket that writes to whom it knows and hears anyone. Prints its address
first.

udp_room.py NAME HOW_MANY [PORT ...] greets those ports, hears so many messages ("WHO: WHAT"), greets everyone whom it
hears for the first time, and says "exit" to all of them in the end.
"""
import socket
import sys

name, how_many, *ports = sys.argv[1:]
room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
room.settimeout(15)
room.bind(("127.0.0.1", 0))
print(*room.getsockname())


def say(what, whom):
    room.sendto(f"{name}: {what}".encode("utf-8"), whom)


# Who is there: an address, and the name that came from it.
people = {("127.0.0.1", int(port)): None for port in ports}
for address in people:
    say("大家好", address)
for _ in range(int(how_many)):
    data, address = room.recvfrom(1024)
    who, _, what = data.decode("utf-8").partition(": ")
    print(f"{who} said {what}")
    if address not in people:
        say(f"你好，{who}", address)
    people[address] = who
print("in the room:", *sorted(people.values()))
for address in people:
    room.sendto(b"exit", address)
room.close()
