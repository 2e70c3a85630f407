"""Threads that share one pipelined connection: each writes its call under a lock, one thread reads.

pipelining.py PORT DOWNPORT: /HABIT/TAG makes the calls /call/TAG/1 and 2 and answers "HABIT TAG".
"""
import collections
import http.server
import socket
import socketserver
import sys
import threading

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


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        _, habit, tag = self.path.split('/')
        call(tag, 1)
        call(tag, 2)
        body = f'{habit} {tag}'.encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512


threading.Thread(target=read, daemon=True).start()
Server(('127.0.0.1', port), Handler).serve_forever()
