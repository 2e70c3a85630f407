"""Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers "HABIT TAG".

mysql_threads.py PORT MYSQLPORT CONNECTIONS  a thread for each connection, and PyMySQL
"""
import http.server
import queue
import socketserver
import sys

import pymysql

port, store, connections = map(int, sys.argv[1:4])

pool = queue.LifoQueue()
for _ in range(connections):
    where = {'host': '127.0.0.1', 'port': store}
    pool.put(pymysql.connect(**where, user='shop', database='shop', autocommit=True))


def ask(path):
    connection = pool.get()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT sleep(rand() * 0.01), '{path}'")
            return cursor.fetchone()[1]
    finally:
        pool.put(connection)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        habit, tag = self.path.strip('/').split('/')
        paths = [f'/call/{tag}/{number}' for number in (1, 2)]
        ok = all(ask(path) == path for path in paths)
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
