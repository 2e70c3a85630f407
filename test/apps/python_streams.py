"""One asyncio loop on streams of the standard library alone; two calls for each request.

python_streams.py PORT DOWNPORT epoll|poll|select
"""
import asyncio
import selectors
import sys

port, down, wait = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
SELECTORS = {
    'epoll': selectors.EpollSelector,
    'poll': selectors.PollSelector,
    'select': selectors.SelectSelector,
}
kept = []


async def read_message(reader):
    """The start line and the body."""
    head = (await reader.readuntil(b'\r\n\r\n')).decode()
    length = 0
    for line in head.split('\r\n'):
        if line.lower().startswith('content-length:'):
            length = int(line.split(':')[1])
    return head.split('\r\n')[0], await reader.readexactly(length)


async def call(path):
    reader, writer = kept.pop() if kept else await asyncio.open_connection('127.0.0.1', down)
    writer.write(f'GET {path} HTTP/1.1\r\nHost: down\r\n\r\n'.encode())
    await read_message(reader)
    kept.append((reader, writer))


async def serve(reader, writer):
    try:
        while True:
            start, _ = await read_message(reader)
            tag = start.split(' ')[1].split('/')[2]
            for number in (1, 2):
                await call(f'/call/{tag}/{number}')
            body = f'front {tag}'
            writer.write(f'HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}'.encode())
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', port)
    await server.serve_forever()


asyncio.SelectorEventLoop(SELECTORS[wait]()).run_until_complete(main())
