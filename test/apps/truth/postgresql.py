"""Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers "HABIT TAG".

postgresql.py PORT POSTGRESQLPORT threads|asyncpg CONNECTIONS
With asyncpg /gather/TAG asks for both at once.
`threads` is a thread for each connection and psycopg2, `asyncpg` is aiohttp and a pool of asyncpg.
"""
import queue
import sys

from threaded_server import serve

port, store = int(sys.argv[1]), int(sys.argv[2])
flavour, connections = sys.argv[3], int(sys.argv[4])


def query(tag, number):
    return f"SELECT pg_sleep(random() * 0.01), '/call/{tag}/{number}'"


def threads():
    import psycopg2

    pool = queue.LifoQueue()
    for _ in range(connections):
        connection = psycopg2.connect(host='127.0.0.1', port=store, user='shop', dbname='postgres')
        connection.autocommit = True
        pool.put(connection)

    def ask(sql):
        connection = pool.get()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[1]
        finally:
            pool.put(connection)

    def work(path):
        habit, tag = path.strip('/').split('/')
        ok = all(ask(query(tag, n)) == f'/call/{tag}/{n}' for n in (1, 2))
        return f'{habit} {tag}' if ok else 'wrong answer'

    serve(port, work)


def asyncpg_pool():
    import asyncio

    import asyncpg
    from aiohttp import web

    pool = None

    async def ask(tag, number):
        async with pool.acquire() as connection:
            rows = await connection.fetch(query(tag, number))
        return rows[0][1] == f'/call/{tag}/{number}'

    async def handle(request):
        habit, tag = request.path.strip('/').split('/')
        if habit == 'gather':
            answers = await asyncio.gather(ask(tag, 1), ask(tag, 2))
        else:
            answers = [await ask(tag, 1), await ask(tag, 2)]
        return web.Response(text=f'{habit} {tag}' if all(answers) else 'wrong answer')

    async def start(app):
        nonlocal pool
        sizes = {'min_size': connections, 'max_size': connections}
        pool = await asyncpg.create_pool(
            host='127.0.0.1', port=store, user='shop', database='postgres', **sizes
        )

    async def no_reset(connection):
        pass

    app = web.Application()
    app.router.add_get('/{habit}/{tag}', handle)
    app.on_startup.append(start)
    web.run_app(app, host='127.0.0.1', port=port, print=None, access_log=None)


threads() if flavour == 'threads' else asyncpg_pool()
