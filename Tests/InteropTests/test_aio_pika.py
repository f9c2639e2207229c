"""aio-pika: the asyncio client."""

import asyncio

import aio_pika
import pytest
from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.exceptions import ChannelClosed, ChannelNotFoundEntity, DeliveryError


def test_orders_are_published_with_confirms_and_read_with_an_iterator(broker, name):
    async def story():
        async with await aio_pika.connect_robust(broker.url) as connection:
            channel = await connection.channel(publisher_confirms=True)
            await channel.set_qos(prefetch_count=10)
            queue = await channel.declare_queue(name("orders"), durable=True)
            for number in range(100):
                message = Message(b"%d" % number, delivery_mode=DeliveryMode.PERSISTENT, headers={"number": number})
                await channel.default_exchange.publish(message, queue.name)
            received = []
            async with queue.iterator() as deliveries:
                async for delivery in deliveries:
                    async with delivery.process():
                        received.append((int(delivery.body), delivery.headers["number"], delivery.redelivered))
                    if len(received) == 100:
                        break
            assert received == [(number, number, False) for number in range(100)]
            assert (await queue.purge()).message_count == 0
            await queue.delete()

    asyncio.run(story())


def test_many_publishes_are_confirmed_side_by_side(broker, name):
    async def story():
        async with await aio_pika.connect_robust(broker.url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(name("queue"), exclusive=True)
            await asyncio.gather(*(
                channel.default_exchange.publish(Message(b"%d" % number), queue.name) for number in range(500)))
            received = [int((await queue.get(no_ack=True)).body) for _ in range(500)]
            assert sorted(received) == list(range(500))

    asyncio.run(story())


def test_a_message_which_fails_in_its_handler_is_delivered_again(broker, name):
    async def story():
        async with await aio_pika.connect_robust(broker.url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(name("queue"), exclusive=True)
            seen, done = [], asyncio.Event()

            async def handle(message):
                async with message.process(requeue=True, ignore_processed=True):
                    seen.append(message.redelivered)
                    if len(seen) < 3:
                        raise ValueError("not yet")
                done.set()

            await queue.consume(handle)
            await channel.default_exchange.publish(Message(b"stubborn"), queue.name)
            async with asyncio.timeout(20):
                await done.wait()
            assert seen == [False, True, True]

    asyncio.run(story())


def test_an_unroutable_message_is_a_delivery_error(broker, name):
    async def story():
        async with await aio_pika.connect_robust(broker.url) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            with pytest.raises(DeliveryError):
                await channel.default_exchange.publish(Message(b"lost"), name("nowhere"), mandatory=True)

    asyncio.run(story())


def test_a_headers_exchange_routes_for_it(broker, name):
    async def story():
        async with await aio_pika.connect_robust(broker.url) as connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(name("headers"), ExchangeType.HEADERS, auto_delete=True)
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(exchange, arguments={"x-match": "any", "colour": "red", "size": 3})
            for headers in ({"colour": "red"}, {"colour": "blue"}, {"size": 3}):
                await exchange.publish(Message(repr(headers).encode(), headers=headers), "")
            assert (await queue.get(no_ack=True)).body == b"{'colour': 'red'}"
            assert (await queue.get(no_ack=True)).body == b"{'size': 3}"
            assert await queue.get(no_ack=True, fail=False) is None

    asyncio.run(story())


def test_a_missing_queue_closes_the_channel_but_not_the_connection(broker, name):
    async def story():
        async with await aio_pika.connect(broker.url) as connection:
            channel = await connection.channel()
            with pytest.raises((ChannelNotFoundEntity, ChannelClosed)):
                await channel.declare_queue(name("missing"), passive=True)
            again = await connection.channel()
            await again.declare_queue(name("queue"), exclusive=True)

    asyncio.run(story())


def test_a_robust_connection_goes_on_after_the_broker_was_killed(fresh_broker):
    async def story():
        async with await aio_pika.connect_robust(fresh_broker.url, reconnect_interval=0.2) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("orders", durable=True)
            received = asyncio.Queue()

            async def handle(message):
                await message.ack()
                await received.put(message.body)

            await queue.consume(handle)
            await channel.default_exchange.publish(Message(b"before"), queue.name)
            async with asyncio.timeout(20):
                assert await received.get() == b"before"
            await asyncio.to_thread(fresh_broker.kill)
            async with asyncio.timeout(30):
                async with await aio_pika.connect_robust(fresh_broker.url) as other:
                    publishing = await other.channel()
                    message = Message(b"after", delivery_mode=DeliveryMode.PERSISTENT)
                    await publishing.default_exchange.publish(message, queue.name)
                while (body := await received.get()) != b"after":
                    assert body == b"before"

    asyncio.run(story())
