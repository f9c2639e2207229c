"""The everyday story: an order service publishes, email workers consume one at a time, ack, or put it back."""

import json
import threading

import pika
import pytest

from expectations import eventually, get, ready_count

ORDER_COUNT = 200


def publish_orders(url: str, queue: str, count: int) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True)
        channel.confirm_delivery()
        for number in range(count):
            order = {"id": number, "customer": f"Kundin {number}", "total": number * 1.5}
            properties = pika.BasicProperties(
                delivery_mode=2, content_type="application/json", type="order.created", message_id=str(number))
            channel.basic_publish("", queue, json.dumps(order), properties, mandatory=True)


class EmailWorker(threading.Thread):
    """Sends one mail per order; every seventh order fails at its first attempt."""

    def __init__(self, url: str, queue: str, sent: list[int], all_sent: threading.Event):
        super().__init__(daemon=True)
        self.url, self.queue, self.sent, self.all_sent = url, queue, sent, all_sent
        self.put_back = 0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
                channel = connection.channel()
                channel.queue_declare(self.queue, durable=True)
                channel.basic_qos(prefetch_count=1)
                channel.basic_consume(self.queue, self.handle)
                while not self.all_sent.is_set():
                    connection.process_data_events(time_limit=0.1)
        except Exception as error:
            self.error = error

    def handle(self, channel, method, properties, body) -> None:
        order = json.loads(body)
        assert properties.type == "order.created" and properties.delivery_mode == 2
        if order["id"] % 7 == 0 and not method.redelivered:
            self.put_back += 1
            channel.basic_nack(method.delivery_tag, requeue=True)
            return
        self.sent.append(order["id"])
        channel.basic_ack(method.delivery_tag)
        if len(self.sent) == ORDER_COUNT:
            self.all_sent.set()


@pytest.mark.deadline(60)
def test_every_order_is_mailed_once_by_one_of_two_workers(broker, publisher, name):
    queue, sent, all_sent = name("order.created"), [], threading.Event()
    workers = [EmailWorker(broker.url, queue, sent, all_sent) for _ in range(2)]
    for worker in workers:
        worker.start()
    publish_orders(broker.url, queue, ORDER_COUNT)
    assert all_sent.wait(40), f"{len(sent)} of {ORDER_COUNT} orders were mailed; {[worker.error for worker in workers]}"
    for worker in workers:
        worker.join()
        assert worker.error is None
    assert sorted(sent) == list(range(ORDER_COUNT))
    assert sum(worker.put_back for worker in workers) == len(range(0, ORDER_COUNT, 7))
    assert ready_count(publisher, queue) == 0
    publisher.queue_delete(queue)


def test_an_order_put_back_is_the_next_one_again(channel, name):
    queue = name("order.created")
    channel.queue_declare(queue, durable=True)
    for number in range(3):
        channel.basic_publish("", queue, json.dumps({"id": number}), pika.BasicProperties(delivery_mode=2))
    first = get(channel, queue)
    channel.basic_nack(first.tag, requeue=True)
    eventually(lambda: ready_count(channel, queue) == 3, "the requeue")
    orders = [get(channel, queue, auto_ack=True) for _ in range(3)]
    assert [json.loads(order.body)["id"] for order in orders] == [0, 1, 2]
    assert [order.redelivered for order in orders] == [True, False, False]
    channel.queue_delete(queue)
