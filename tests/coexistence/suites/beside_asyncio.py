"""pytest-asyncio: the receiver runs in the test's own loop, which goes on while a thread waits for the sandbox."""

import asyncio

import pytest


async def answer(reader, writer, received):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.decode().splitlines() if line.lower().startswith("content-length:"))
    received.append(await reader.readexactly(length))
    writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.mark.asyncio
async def test_a_webhook_arrives_in_the_loop_of_the_test(sandbox):
    received = []
    server = await asyncio.start_server(lambda *streams: answer(*streams, received), "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.to_thread(sandbox.configure, webhook_url=url)
        await asyncio.to_thread(sandbox.aplyid.create_case, activity={"external_id": "order-1"})
        await asyncio.to_thread(sandbox.clock.advance, 60)
        webhook = await asyncio.to_thread(sandbox.webhooks.wait, external_id="order-1")
    assert received == [webhook.body]
    assert webhook.state == "delivered"


@pytest.mark.asyncio
async def test_several_cases_are_opened_at_once(sandbox):
    cases = await asyncio.gather(*(asyncio.to_thread(sandbox.sphinxhq.create_case) for _ in range(8)))
    assert sorted(case["id"] for case in cases) == list(range(1, 9))
