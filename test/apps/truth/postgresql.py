"""Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers "HABIT TAG".

postgresql.py PORT POSTGRESQLPORT threads|asyncpg CONNECTIONS
With asyncpg /gather/TAG asks for both at once.
`threads` is a thread for each connection and psycopg2, `asyncpg` is aiohttp and a pool of asyncpg.
"""
import http.server
import queue
import socketserver
import sys

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

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        disable_nagle_algorithm = True

        def do_GET(self):
            habit, tag = self.path.strip('/').split('/')
            ok = all(ask(query(tag, n)) == f'/call/{tag}/{n}' for n in (1, 2))
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
