# Python, both ends: `server PATTERN` or `client PATTERN PORT CONNECTIONS REQUESTS`. A thread for each
# connection; every call that sockets have. Every stream's bytes follow from their place
# (test/kernel/captures/pattern.ts).
import os
import socket
import sys
import threading

PERIOD = 65521
pattern = memoryview(open(sys.argv[2], "rb").read())


def size_of(i, end):
    size = (i * 7919 + end * 4001) % 1777 + 1
    return size * 16 if i % 64 == 63 else size


def send_loop(sock, data):
    while data:
        data = data[sock.send(data) :]


def write_loop(sock, data):
    while data:
        data = data[os.write(sock.fileno(), data) :]


def message_loop(sock, data):
    while data:
        third = len(data) // 3
        data = data[sock.sendmsg([data[:third], data[third : 2 * third], data[2 * third :]]) :]


def vector_loop(sock, data):
    while data:
        half = len(data) // 2
        data = data[os.writev(sock.fileno(), [data[:half], data[half:]]) :]


def receive_message(sock, room):
    return sock.recvmsg_into([room[: len(room) // 2], room[len(room) // 2 :]])[0]


def read_vector(sock, room):
    return os.readv(sock.fileno(), [room[: len(room) // 2], room[len(room) // 2 :]])


def read_copy(sock, room):
    return len(os.read(sock.fileno(), len(room)))


WRITES = [lambda sock, data: sock.sendall(data), send_loop, write_loop, message_loop, vector_loop]
READS = [
    lambda sock, room: sock.recv_into(room),
    lambda sock, room: len(sock.recv(len(room))),
    receive_message,
    read_vector,
    read_copy,
]


class Speaker:
    def __init__(self, sock, number, end):
        self.sock, self.number, self.end = sock, number, end
        self.sent = 0
        self.room = memoryview(bytearray(32768))

    def write(self, i):
        size = size_of(i, self.end)
        at = (self.sent + self.number * 7919 + self.end * 31337) % PERIOD
        WRITES[i % len(WRITES)](self.sock, pattern[at : at + size])
        self.sent += size

    def read(self, i):
        """False at the end of the stream."""
        due = size_of(i, 1 - self.end)
        while due > 0:
            got = READS[i % len(READS)](self.sock, self.room[:due])
            if got == 0:
                return False
            due -= got
        return True


def serve(sock, number):
    speaker, i = Speaker(sock, number, 1), 0
    while speaker.read(i):
        speaker.write(i)
        i += 1
    sock.close()


def ask(port, requests):
    sock = socket.create_connection(("127.0.0.1", port))
    speaker = Speaker(sock, sock.getsockname()[1], 0)
    for i in range(requests):
        speaker.write(i)
        speaker.read(i)
    sock.close()


if sys.argv[1] == "server":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        sock, address = listener.accept()
        threading.Thread(target=serve, args=(sock, address[1]), daemon=True).start()
port, connections, requests = map(int, sys.argv[3:6])
for _ in range(connections):
    threading.Thread(target=ask, args=(port, requests)).start()
