"""Bytes in bulk over loopback: to nobody's protocol, or as bodies of HTTP.

bulk.py serve PORT
bulk.py copy|body PORT SECONDS    prints JSON: megabytes, and how many in a second
"""
import json
import socket
import sys
import threading
import time

PIECE = 65536
BODY = 256 << 20
HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n".encode()


def answer(connection):
    """Takes what comes; each request is answered with a body."""
    buffer, piece = bytearray(4 * PIECE), bytes(PIECE)
    with connection:
        while count := connection.recv_into(buffer):
            if not buffer.startswith(b"GET ") or count > 1000:
                continue
            connection.sendall(HEAD)
            for _ in range(BODY // PIECE):
                connection.sendall(piece)
            buffer[0:4] = bytes(4)


def serve(port):
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def copy(connection, until):
    piece, sent = b"\x01" * PIECE, 0
    while time.monotonic() < until:
        for _ in range(64):
            connection.sendall(piece)
        sent += 64 * PIECE
    return sent


def body(connection, until):
    buffer, received = bytearray(PIECE), 0
    while time.monotonic() < until:
        connection.sendall(b"GET /body HTTP/1.1\r\nHost: bulk\r\n\r\n")
        left = BODY + len(HEAD)
        while left > 0:
            count = connection.recv_into(buffer, min(left, PIECE))
            if count == 0:
                sys.exit("the body ended early")
            left -= count
        received += BODY
    return received


def main():
    what, port = sys.argv[1], int(sys.argv[2])
    if what == "serve":
        serve(port)
    work = {"copy": copy, "body": body}[what]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        start = time.monotonic()
        moved = work(connection, start + float(sys.argv[3]))
        seconds = time.monotonic() - start
    print(json.dumps({"megabytes": moved >> 20, "perSecond": moved / 2**20 / seconds}))


main()
