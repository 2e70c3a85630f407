"""Standard library alone: a thread for each connection, calls by http.client.

python_plain.py LISTEN [DOWN [CALLS]]: each a port on 127.0.0.1, host:port, or the path of a Unix
socket. With DOWN, each request makes CALLS (default 2) calls; without, it is answered at once.
"""
import http.client
import http.server
import os
import socket
import socketserver
import sys
import threading

listen = sys.argv[1]
down = sys.argv[2] if len(sys.argv) > 2 else None
calls = int(sys.argv[3]) if len(sys.argv) > 3 else 2
kept = threading.local()


def address_of(text):
    host, _, port = text.rpartition(':')
    return (host or '127.0.0.1', int(port))


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(down)


def connection():
    if not hasattr(kept, 'connection'):
        if '/' in down:
            kept.connection = UnixConnection('localhost', timeout=10)
        else:
            kept.connection = http.client.HTTPConnection(*address_of(down), timeout=10)
    return kept.connection


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = '/' not in listen

    def do_GET(self):
        words = self.path.strip('/').split('/')
        if down is not None:
            for number in range(1, calls + 1):
                connection().request('GET', f'/call/{words[1]}/{number}')
                connection().getresponse().read()
        body = ' '.join(words).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return 'client'

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        if '/' in listen:
            self.server_name, self.server_port = 'localhost', 0
            if os.path.exists(listen):
                os.unlink(listen)
        socketserver.TCPServer.server_bind(self)


if '::' in listen:
    Server.address_family = socket.AF_INET6
if '/' in listen:
    Server.address_family = socket.AF_UNIX
    server = Server(listen, Handler)
else:
    server = Server(address_of(listen), Handler)
server.serve_forever()
