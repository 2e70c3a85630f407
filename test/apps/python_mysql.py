"""A thread for each connection; four queries for each request, by PyMySQL with a pool that connects when it must.

python_mysql.py PORT MYSQLPORT  answers /front/TAG after an INSERT, a SELECT, an INSERT that fails and a
SELECT of many rows
"""
import queue
import sys

import pymysql
from threaded_server import serve

CONNECTIONS = 8

port, store = map(int, sys.argv[1:3])


def connect():
    where = {'host': '127.0.0.1', 'port': store}
    return pymysql.connect(**where, user='shop', database='shop', autocommit=True)


with connect().cursor() as cursor:
    cursor.execute('CREATE TABLE orders (tag varchar(20) PRIMARY KEY, number int)')
    cursor.execute('CREATE TABLE numbers (n int PRIMARY KEY)')
    cursor.execute('INSERT INTO numbers VALUES ' + ', '.join(f'({n})' for n in range(500)))

pool = queue.LifoQueue()
for _ in range(CONNECTIONS):
    pool.put(None)


def work(tag):
    connection = pool.get() or connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute('INSERT INTO orders VALUES (%s, 1)', (tag,))
            cursor.execute('SELECT tag FROM orders WHERE tag = %s AND number IN (1, 2)', (tag,))
            if cursor.fetchone() != (tag,):
                return 'wrong answer'
            try:
                cursor.execute('INSERT INTO orders VALUES (%s, 2)', (tag,))
                return 'no error'
            except pymysql.err.IntegrityError:
                pass
            cursor.execute('SELECT %s, n FROM numbers', (tag,))
            return f'front {tag}' if len(cursor.fetchall()) == 500 else 'rows are missing'
    finally:
        pool.put(connection)


serve(port, lambda path: work(path.split('/')[2]))
