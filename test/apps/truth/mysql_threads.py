"""Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers "HABIT TAG".

mysql_threads.py PORT MYSQLPORT CONNECTIONS  a thread for each connection, and PyMySQL
"""
import queue
import sys

import pymysql
from threaded_server import serve

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


def work(path):
    habit, tag = path.strip('/').split('/')
    paths = [f'/call/{tag}/{number}' for number in (1, 2)]
    return f'{habit} {tag}' if all(ask(path) == path for path in paths) else 'wrong answer'


serve(port, work)
