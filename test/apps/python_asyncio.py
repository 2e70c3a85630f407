"""One asyncio loop, server and client by aiohttp; two calls for each request.

python_asyncio.py PORT DOWNPORT
"""
import sys

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

port, down = int(sys.argv[1]), int(sys.argv[2])


async def front(request):
    tag = request.match_info['tag']
    for number in (1, 2):
        url = f'http://127.0.0.1:{down}/call/{tag}/{number}'
        async with request.app['session'].get(url) as answer:
            await answer.read()
    return web.Response(text=f'front {tag}')


async def with_session(app):
    connector = TCPConnector(limit=64)
    timeout = ClientTimeout(total=10)
    async with ClientSession(connector=connector, timeout=timeout) as session:
        app['session'] = session
        yield


app = web.Application()
app.cleanup_ctx.append(with_session)
app.router.add_get('/front/{tag}', front)
web.run_app(app, host='127.0.0.1', port=port, access_log=None, print=None)
