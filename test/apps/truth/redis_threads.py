"""Two commands for each request: /HABIT/TAG counts /call/TAG/1 and /call/TAG/2 and answers "HABIT TAG".

redis_threads.py PORT REDISPORT  a thread for each connection, and a pool of redis-py
"""
import http.server
import socketserver
import sys

import redis

port, store = map(int, sys.argv[1:])
client = redis.Redis(connection_pool=redis.ConnectionPool(host='127.0.0.1', port=store))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        habit, tag = self.path.strip('/').split('/')
        ok = all(client.incr(f'/call/{tag}/{number}') == 1 for number in (1, 2))
        body = f'{habit} {tag}'.encode() if ok else b'wrong answer'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


Server(('127.0.0.1', port), Handler).serve_forever()
