"""One Python loop in many habits: /HABIT/TAG makes the calls /call/TAG/1 and 2 and answers "HABIT TAG".
A call of another server, /call/TAG/N, has the tag TAG-N and is worked on in order.

loop.py PORT DOWNPORT raw|aiohttp|uvicorn [uvloop] [background]
`raw` is streams of asyncio alone, at both ends; the others call by aiohttp. With `background` a task
of nobody's calls every 10 ms, two at once every second time.
"""
import asyncio
import http.client
import random
import sys

port, down = int(sys.argv[1]), int(sys.argv[2])
flavour = sys.argv[3]
if 'uvloop' in sys.argv:
    import uvloop

    uvloop.install()

kept = []
session = None
jobs = None
senders = []
kept_tasks = []


async def read_body(reader):
    head = await reader.readuntil(b'\r\n\r\n')
    for line in head.split(b'\r\n'):
        if line.lower().startswith(b'content-length'):
            return await reader.readexactly(int(line.split(b':')[1]))
    return b''


async def call_raw(tag, number):
    reader, writer = kept.pop() if kept else await asyncio.open_connection('127.0.0.1', down)
    writer.write(f'GET /call/{tag}/{number} HTTP/1.1\r\nHost: down\r\n\r\n'.encode())
    await read_body(reader)
    kept.append((reader, writer))


async def call_aiohttp(tag, number):
    global session
    if session is None:
        import aiohttp

        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256))
    async with session.get(f'http://127.0.0.1:{down}/call/{tag}/{number}') as answer:
        await answer.read()


call = call_raw if flavour == 'raw' else call_aiohttp


def call_blocking(tag, number):
    connection = http.client.HTTPConnection('127.0.0.1', down, timeout=10)
    connection.request('GET', f'/call/{tag}/{number}')
    connection.getresponse().read()
    connection.close()


async def order(tag):
    await call(tag, 1)
    await call(tag, 2)


async def pause(tag):
    await call(tag, 1)
    await asyncio.sleep(random.random() * 0.01)
    await call(tag, 2)


async def gather(tag):
    await asyncio.gather(call(tag, 1), call(tag, 2))


async def thread(tag):
    for number in (1, 2):
        await asyncio.to_thread(call_blocking, tag, number)


async def group(tag):
    import anyio

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call, tag, 1)
        tasks.start_soon(call, tag, 2)


async def executor(tag):
    loop = asyncio.get_running_loop()
    for number in (1, 2):
        await loop.run_in_executor(None, call_blocking, tag, number)


async def send():
    while True:
        tag, number, done = await jobs.get()
        await call(tag, number)
        done.set_result(None)


async def sender(tag):
    """Tasks made in the first request call for all."""
    global jobs
    if jobs is None:
        jobs = asyncio.Queue()
        senders.extend(asyncio.ensure_future(send()) for _ in range(8))
    for number in (1, 2):
        done = asyncio.get_running_loop().create_future()
        jobs.put_nowait((tag, number, done))
        await done


async def mix(tag):
    """Each of the others in turn; the tasks that call for all are made when the rest is well known."""
    number = int(''.join(c for c in tag if c.isdigit()) or 0)
    habits = [order, gather, thread, gather, pause]
    if number >= 200 and number % 7 == 0:
        await sender(tag)
    else:
        await habits[number % len(habits)](tag)


async def beside():
    for number in range(1, 1 << 30):
        await asyncio.sleep(0.01)
        if number % 2:
            await call(f'b{number}', 1)
        else:
            await asyncio.gather(call(f'b{number}', 1), call(f'b{number}', 2))


def start_background():
    if 'background' in sys.argv and not kept_tasks:
        kept_tasks.append(asyncio.ensure_future(beside()))


HABITS = {
    'order': order,
    'pause': pause,
    'gather': gather,
    'thread': thread,
    'group': group,
    'executor': executor,
    'sender': sender,
    'mix': mix,
}


async def work(path):
    _, habit, *tag = path.split('/')
    await HABITS.get(habit, order)('-'.join(tag))
    return ' '.join([habit, *tag]).encode()


async def serve_raw(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b'\r\n\r\n')
            body = await work(head.split(b' ')[1].decode())
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        writer.close()


async def main_raw():
    start_background()
    server = await asyncio.start_server(serve_raw, '127.0.0.1', port, backlog=512)
    await server.serve_forever()


def main_aiohttp():
    from aiohttp import web

    async def front(request):
        return web.Response(body=await work(request.path))

    app = web.Application()
    app.router.add_get('/{path:.*}', front)

    async def started(_app):
        start_background()

    app.on_startup.append(started)
    web.run_app(app, host='127.0.0.1', port=port, access_log=None, print=None, backlog=512)


def main_uvicorn():
    import uvicorn

    async def app(scope, receive, send_message):
        body = await work(scope['path'])
        headers = [(b'content-length', str(len(body)).encode())]
        await send_message({'type': 'http.response.start', 'status': 200, 'headers': headers})
        await send_message({'type': 'http.response.body', 'body': body})

    loop = 'uvloop' if 'uvloop' in sys.argv else 'asyncio'
    uvicorn.run(
        app, host='127.0.0.1', port=port, loop=loop, lifespan='off', log_level='error', backlog=512
    )


if flavour == 'raw':
    asyncio.run(main_raw())
elif flavour == 'aiohttp':
    main_aiohttp()
else:
    main_uvicorn()
