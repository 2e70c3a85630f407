"""Threads that share one pipelined connection: each writes its call under a lock, one thread reads.

pipelining.py PORT DOWNPORT: /HABIT/TAG makes the calls /call/TAG/1 and 2 and answers "HABIT TAG".
"""
import collections
import socket
import sys
import threading

from threaded_server import serve

port, down = int(sys.argv[1]), int(sys.argv[2])
connection = socket.create_connection(('127.0.0.1', down))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
lock = threading.Lock()
waiting = collections.deque()


def read():
    pending = b''
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        pending += piece
        while b'\r\n\r\n' in pending:
            head, rest = pending.split(b'\r\n\r\n', 1)
            length = int(head.lower().split(b'content-length:')[1].split(b'\r\n')[0])
            if len(rest) < length:
                break
            pending = rest[length:]
            waiting.popleft().set()


def call(tag, number):
    done = threading.Event()
    with lock:
        waiting.append(done)
        connection.sendall(f'GET /call/{tag}/{number} HTTP/1.1\r\nHost: down\r\n\r\n'.encode())
    done.wait(10)


def work(path):
    _, habit, tag = path.split('/')
    call(tag, 1)
    call(tag, 2)
    return f'{habit} {tag}'


threading.Thread(target=read, daemon=True).start()
serve(port, work)
