"""A thread for each connection; a database, a cache and a service behind each request.

python_stores.py PORT POSTGRESQLPORT REDISPORT GRPCPORT
  answers /call/TAG/1 after an INSERT, one that fails, a SET and an LPUSH that fails,
  and /call/TAG/2 after a call of gRPC and one for which there is nothing
"""
import sys
import threading

import grpc
import psycopg2
import redis
from threaded_server import serve

port, sql, cache, service = map(int, sys.argv[1:])
own = threading.local()
keys = redis.Redis(connection_pool=redis.ConnectionPool(host='127.0.0.1', port=cache, db=1))


def connect():
    connection = psycopg2.connect(host='127.0.0.1', port=sql, user='shop', dbname='postgres')
    connection.autocommit = True
    return connection


with connect().cursor() as cursor:
    cursor.execute('CREATE TABLE carts (tag text PRIMARY KEY)')


def stored(tag):
    if not hasattr(own, 'connection'):
        own.connection = connect()
    with own.connection.cursor() as cursor:
        cursor.execute('INSERT INTO carts VALUES (%s)', (tag,))
        try:
            cursor.execute('INSERT INTO carts VALUES (%s)', (tag,))
        except psycopg2.errors.UniqueViolation:
            pass
    keys.set(f'cart:{tag}', 'full')
    try:
        keys.lpush(f'cart:{tag}', 'x')
    except redis.ResponseError:
        pass


def channel():
    # A connection of its own for each thread: on a shared one nobody can see whose call is written.
    if not hasattr(own, 'channel'):
        own.channel = grpc.insecure_channel(
            f'127.0.0.1:{service}', options=[('grpc.use_local_subchannel_pool', 1)]
        )
        # A call that waits for its connection is written by the thread that connects.
        grpc.channel_ready_future(own.channel).result(10)
    return own.channel


def served(tag):
    channel().unary_unary(f'/call.{tag}/1')(tag.encode(), timeout=10)
    try:
        channel().unary_unary(f'/call.{tag}/missing')(tag.encode(), timeout=10)
    except grpc.RpcError:
        pass


def work(path):
    _, _, tag, number = path.split('/')
    (stored if number == '1' else served)(tag)
    return 'ok'


serve(port, work)
