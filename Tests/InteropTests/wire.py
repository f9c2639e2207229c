"""A small AMQP 0-9-1 peer over a plain socket, for what no client library can be made to say."""

from __future__ import annotations

import socket
import struct
from typing import Callable, NamedTuple

PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
METHOD, CONTENT_HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
FRAME_END = 206

CONNECTION_START, CONNECTION_START_OK = (10, 10), (10, 11)
CONNECTION_TUNE, CONNECTION_TUNE_OK = (10, 30), (10, 31)
CONNECTION_OPEN, CONNECTION_OPEN_OK = (10, 40), (10, 41)
CONNECTION_CLOSE, CONNECTION_CLOSE_OK = (10, 50), (10, 51)
CHANNEL_OPEN, CHANNEL_OPEN_OK = (20, 10), (20, 11)
CHANNEL_FLOW, CHANNEL_FLOW_OK = (20, 20), (20, 21)
CHANNEL_CLOSE, CHANNEL_CLOSE_OK = (20, 40), (20, 41)
ACCESS_REQUEST, ACCESS_REQUEST_OK = (30, 10), (30, 11)
EXCHANGE_DECLARE, EXCHANGE_DECLARE_OK = (40, 10), (40, 11)
QUEUE_DECLARE, QUEUE_DECLARE_OK = (50, 10), (50, 11)
QUEUE_BIND, QUEUE_BIND_OK = (50, 20), (50, 21)
QUEUE_PURGE, QUEUE_PURGE_OK = (50, 30), (50, 31)
QUEUE_DELETE, QUEUE_DELETE_OK = (50, 40), (50, 41)
BASIC_QOS, BASIC_QOS_OK = (60, 10), (60, 11)
BASIC_CONSUME, BASIC_CONSUME_OK = (60, 20), (60, 21)
BASIC_CANCEL, BASIC_CANCEL_OK = (60, 30), (60, 31)
BASIC_PUBLISH, BASIC_RETURN, BASIC_DELIVER = (60, 40), (60, 50), (60, 60)
BASIC_GET, BASIC_GET_OK, BASIC_GET_EMPTY = (60, 70), (60, 71), (60, 72)
BASIC_ACK, BASIC_REJECT, BASIC_NACK = (60, 80), (60, 90), (60, 120)
BASIC_RECOVER, BASIC_RECOVER_OK = (60, 110), (60, 111)
CONFIRM_SELECT, CONFIRM_SELECT_OK = (85, 10), (85, 11)

NO_PROPERTIES = struct.pack(">H", 0)
PERSISTENT = struct.pack(">HB", 1 << 12, 2)
EMPTY_TABLE = struct.pack(">I", 0)


class ConnectionEnded(Exception):
    """The other side closed or reset the connection."""


class Frame(NamedTuple):
    kind: int
    channel: int
    payload: bytes

    @property
    def method(self) -> tuple[int, int] | None:
        return struct.unpack_from(">HH", self.payload) if self.kind == METHOD else None

    @property
    def arguments(self) -> Arguments:
        return Arguments(self.payload[4:])

    def __str__(self) -> str:
        if self.method in (CONNECTION_CLOSE, CHANNEL_CLOSE):
            arguments = self.arguments
            return f"close on channel {self.channel}: {arguments.short()} {arguments.short_string()}"
        return f"frame of kind {self.kind}, method {self.method}, on channel {self.channel}"


class Arguments:
    """Reads a method's arguments in order."""

    def __init__(self, data: bytes):
        self.data = data
        self.offset = 0

    def take(self, count: int) -> bytes:
        assert self.offset + count <= len(self.data), "arguments end early"
        taken = self.data[self.offset:self.offset + count]
        self.offset += count
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def long(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def long_long(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def short_string(self) -> str:
        return self.take(self.octet()).decode()

    def long_bytes(self) -> bytes:
        return self.take(self.long())

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.offset)


def short_string(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack(">B", len(data)) + data


def long_string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def table(*fields: tuple[str, bytes]) -> bytes:
    """A field table of (key, type letter and encoded value)."""
    return long_string(b"".join(short_string(key) + value for key, value in fields))


def frame(kind: int, channel: int, payload: bytes, end: int = FRAME_END) -> bytes:
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + bytes([end])


def method(channel: int, identifier: tuple[int, int], arguments: bytes = b"") -> bytes:
    return frame(METHOD, channel, struct.pack(">HH", *identifier) + arguments)


def content_header(channel: int, size: int, properties: bytes = NO_PROPERTIES, class_id: int = 60) -> bytes:
    return frame(CONTENT_HEADER, channel, struct.pack(">HHQ", class_id, 0, size) + properties)


def body(channel: int, data: bytes) -> bytes:
    return frame(BODY, channel, data)


def publish_method(channel: int, exchange: str, key: str, mandatory: bool = False, immediate: bool = False) -> bytes:
    flags = mandatory | immediate << 1
    arguments = struct.pack(">H", 0) + short_string(exchange) + short_string(key) + bytes([flags])
    return method(channel, BASIC_PUBLISH, arguments)


def publishing(channel: int, exchange: str, key: str, data: bytes, properties: bytes = NO_PROPERTIES,
               mandatory: bool = False, frame_max: int = 131072) -> bytes:
    """The frames of one publish, body included."""
    parts = [publish_method(channel, exchange, key, mandatory), content_header(channel, len(data), properties)]
    step = frame_max - 8
    parts += [body(channel, data[start:start + step]) for start in range(0, len(data), step)]
    return b"".join(parts)


def declare_queue_method(channel: int, name: str, durable: bool = False, exclusive: bool = False,
                         auto_delete: bool = False, passive: bool = False, no_wait: bool = False,
                         arguments: bytes = EMPTY_TABLE) -> bytes:
    flags = passive | durable << 1 | exclusive << 2 | auto_delete << 3 | no_wait << 4
    return method(channel, QUEUE_DECLARE, b"\0\0" + short_string(name) + bytes([flags]) + arguments)


def consume_method(channel: int, queue: str, tag: str = "", no_ack: bool = False, exclusive: bool = False,
                   no_wait: bool = False, arguments: bytes = EMPTY_TABLE) -> bytes:
    flags = no_ack << 1 | exclusive << 2 | no_wait << 3
    names = b"\0\0" + short_string(queue) + short_string(tag)
    return method(channel, BASIC_CONSUME, names + bytes([flags]) + arguments)


def get_method(channel: int, queue: str, no_ack: bool = True) -> bytes:
    return method(channel, BASIC_GET, b"\0\0" + short_string(queue) + bytes([no_ack]))


def qos_method(channel: int, count: int, is_global: bool = False, size: int = 0) -> bytes:
    return method(channel, BASIC_QOS, struct.pack(">IHB", size, count, is_global))


def ack_method(channel: int, tag: int, multiple: bool = False) -> bytes:
    return method(channel, BASIC_ACK, struct.pack(">QB", tag, multiple))


def nack_method(channel: int, tag: int, multiple: bool = False, requeue: bool = True) -> bytes:
    return method(channel, BASIC_NACK, struct.pack(">QB", tag, multiple | requeue << 1))


class Content(NamedTuple):
    """A method with the content that followed it."""
    arguments: Arguments
    properties: bytes
    body: bytes


class Peer:
    """One raw connection. Reading fails after a deadline instead of hanging."""

    def __init__(self, host: str, port: int, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain,
                 deadline: float = 20.0):
        plain = socket.create_connection((host, port), timeout=deadline)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._use(wrap(plain))

    @classmethod
    def on_socket_file(cls, path: str, deadline: float = 20.0) -> Peer:
        peer = cls.__new__(cls)
        peer._use(socket.socket(socket.AF_UNIX))
        peer.socket.settimeout(deadline)
        peer.socket.connect(path)
        return peer

    def _use(self, connected: socket.socket) -> None:
        self.socket = connected
        self.buffer = bytearray()
        self.channel_max = self.frame_max = self.heartbeat = 0
        self.server_properties = b""
        self.mechanisms: list[str] = []
        self.locales: list[str] = []

    # Bytes and frames

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def read_exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            try:
                data = self.socket.recv(65536)
            except (ConnectionResetError, BrokenPipeError) as error:
                raise ConnectionEnded(str(error)) from None
            if not data:
                raise ConnectionEnded("end of stream")
            self.buffer += data
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def read_any_frame(self) -> Frame:
        kind, channel, size = struct.unpack(">BHI", self.read_exactly(7))
        payload = self.read_exactly(size)
        end = self.read_exactly(1)[0]
        assert end == FRAME_END, f"the broker ended a frame with {end}"
        return Frame(kind, channel, payload)

    def read_frame(self) -> Frame:
        """The next frame which is not a heartbeat."""
        while True:
            received = self.read_any_frame()
            if received.kind != HEARTBEAT:
                return received

    def read_until_end(self) -> bytes:
        """Everything the broker still sends before it ends the connection."""
        while True:
            try:
                data = self.socket.recv(65536)
            except (ConnectionResetError, BrokenPipeError):
                data = b""
            if not data:
                return bytes(self.buffer)
            self.buffer += data

    def hang_up(self) -> None:
        self.socket.close()

    # Expectations

    def expect(self, channel: int, identifier: tuple[int, int]) -> Arguments:
        received = self.read_frame()
        assert (received.channel, received.method) == (channel, identifier), f"not {identifier} but {received}"
        return received.arguments

    def expect_content(self, channel: int, identifier: tuple[int, int]) -> Content:
        arguments = self.expect(channel, identifier)
        header = self.read_frame()
        assert (header.kind, header.channel) == (CONTENT_HEADER, channel)
        class_id, weight, size = struct.unpack_from(">HHQ", header.payload)
        assert (class_id, weight) == (60, 0)
        data = bytearray()
        while len(data) < size:
            part = self.read_frame()
            assert (part.kind, part.channel) == (BODY, channel)
            assert part.payload, "the broker sent an empty body frame"
            data += part.payload
        assert len(data) == size
        return Content(arguments, header.payload[12:], bytes(data))

    def expect_close(self, channel: int, identifier: tuple[int, int], code: int) -> tuple[str, tuple[int, int]]:
        arguments = self.expect(channel, identifier)
        received_code, text = arguments.short(), arguments.short_string()
        assert received_code == code, f"closed with {received_code} {text}"
        return text, (arguments.short(), arguments.short())

    def expect_connection_close(self, code: int) -> tuple[str, tuple[int, int]]:
        """The broker closes the connection with this code, and the socket once that is answered."""
        reason = self.expect_close(0, CONNECTION_CLOSE, code)
        try:
            self.send(method(0, CONNECTION_CLOSE_OK))
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.read_until_end()
        return reason

    def expect_channel_close(self, channel: int, code: int) -> tuple[str, tuple[int, int]]:
        reason = self.expect_close(channel, CHANNEL_CLOSE, code)
        self.send(method(channel, CHANNEL_CLOSE_OK))
        return reason

    # Conversations

    def log_in(self, user: str = "guest", password: str = "guest", virtual_host: str = "/",
               capabilities: tuple[str, ...] = ("authentication_failure_close", "consumer_cancel_notify"),
               **limits: int) -> None:
        self.start()
        self.answer_start(user, password, capabilities)
        self.answer_tune(**limits)
        self.open_virtual_host(virtual_host)
        self.expect(0, CONNECTION_OPEN_OK)

    def start(self) -> None:
        self.send(PROTOCOL_HEADER)
        arguments = self.expect(0, CONNECTION_START)
        assert (arguments.octet(), arguments.octet()) == (0, 9)
        self.server_properties = arguments.long_bytes()
        self.mechanisms = arguments.long_bytes().decode().split()
        self.locales = arguments.long_bytes().decode().split()

    def answer_start(self, user: str, password: str, capabilities: tuple[str, ...] = ()) -> None:
        self.send_start_ok("PLAIN", f"\0{user}\0{password}".encode(), capabilities)

    def send_start_ok(self, mechanism: str, response: bytes, capabilities: tuple[str, ...] = ()) -> None:
        claimed = table(*((each, b"t\x01") for each in capabilities))
        properties = table(("product", b"S" + long_string(b"raw peer")), ("capabilities", b"F" + claimed))
        arguments = properties + short_string(mechanism) + long_string(response) + short_string("en_US")
        self.send(method(0, CONNECTION_START_OK, arguments))

    def read_tune(self) -> None:
        arguments = self.expect(0, CONNECTION_TUNE)
        self.channel_max, self.frame_max, self.heartbeat = arguments.short(), arguments.long(), arguments.short()

    def answer_tune(self, channel_max: int | None = None, frame_max: int | None = None, heartbeat: int = 0) -> None:
        self.read_tune()
        self.channel_max = self.channel_max if channel_max is None else channel_max
        self.frame_max = self.frame_max if frame_max is None else frame_max
        self.heartbeat = heartbeat
        chosen = struct.pack(">HIH", self.channel_max, self.frame_max, self.heartbeat)
        self.send(method(0, CONNECTION_TUNE_OK, chosen))

    def open_virtual_host(self, virtual_host: str = "/") -> None:
        self.send(method(0, CONNECTION_OPEN, short_string(virtual_host) + short_string("") + b"\0"))

    def open_channel(self, channel: int = 1) -> None:
        self.send(method(channel, CHANNEL_OPEN, short_string("")))
        self.expect(channel, CHANNEL_OPEN_OK)

    def declare_queue(self, channel: int, name: str, **options) -> tuple[str, int, int]:
        self.send(declare_queue_method(channel, name, **options))
        arguments = self.expect(channel, QUEUE_DECLARE_OK)
        return arguments.short_string(), arguments.long(), arguments.long()

    def select_confirms(self, channel: int) -> None:
        self.send(method(channel, CONFIRM_SELECT, b"\0"))
        self.expect(channel, CONFIRM_SELECT_OK)

    def get(self, channel: int, queue: str, no_ack: bool = True) -> Content:
        self.send(get_method(channel, queue, no_ack))
        return self.expect_content(channel, BASIC_GET_OK)

    def close(self) -> None:
        """The clean end of a connection."""
        self.send(method(0, CONNECTION_CLOSE, struct.pack(">H", 200) + short_string("bye") + b"\0" * 4))
        self.expect(0, CONNECTION_CLOSE_OK)
        self.hang_up()
