"""Sessions that a hostile or broken client might send: made from a seed, so that each can be made again."""

from __future__ import annotations

import random
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "InteropTests"))

from wire import (  # noqa: E402
    BODY, CONTENT_HEADER, HEARTBEAT, METHOD, PROTOCOL_HEADER, content_header, frame, long_string, method, short_string,
)

# The arguments of each method: h a 16-bit number, o an octet, l 32 bits, q 64 bits, s a short string, S a long
# string, t a table, n a name of a queue or an exchange, k a routing key, c a consumer tag.
METHODS = {
    (10, 11): "tsSs", (10, 21): "S", (10, 31): "hlh", (10, 40): "sso", (10, 50): "hshh", (10, 51): "", (10, 70): "Ss",
    (20, 10): "s", (20, 20): "o", (20, 21): "o", (20, 40): "hshh", (20, 41): "", (30, 10): "so",
    (40, 10): "hnxot", (40, 20): "hno", (40, 30): "hnnkot", (40, 40): "hnnkot",
    (50, 10): "hnot", (50, 20): "hnnkot", (50, 30): "hno", (50, 40): "hno", (50, 50): "hnnkt",
    (60, 10): "lho", (60, 20): "hncot", (60, 30): "co", (60, 40): "hnko", (60, 70): "hno", (60, 80): "qo",
    (60, 90): "qo", (60, 100): "o", (60, 110): "o", (60, 120): "qo", (85, 10): "o",
    (90, 10): "", (90, 20): "", (90, 30): "",
    # What only brokers send, and what nobody knows.
    (10, 10): "oo", (20, 11): "S", (50, 11): "sll", (60, 60): "sqoss", (60, 72): "s", (60, 31): "c", (99, 1): "S",
}
LIKELY = [(50, 10), (50, 20), (60, 20), (60, 40), (60, 70), (60, 80), (60, 120), (60, 90), (60, 30), (85, 10), (60, 10),
          (40, 10), (40, 30), (50, 40), (20, 40), (90, 10), (90, 20)]
NAMES = ["", "a", "b", "c", "amq.direct", "amq.topic", "amq.headers", "amq.fanout", "amq.match", "x1", "x2",
         "amq.rabbitmq.reply-to", "amq.rabbitmq.trace", "\N{SNOWMAN}" * 20, "n" * 255]
KEYS = ["", "a", "b", "a.b", "#", "*", "#.#", "a.*.c", "..", "k" * 255, "amq.rabbitmq.reply-to.x"]
TAGS = ["", "t1", "t2", "amq.ctag-x"]
EXCHANGE_TYPES = ["direct", "fanout", "topic", "headers", "x-delayed-message", "x-consistent-hash", "imaginary", ""]
ARGUMENTS = ["x-message-ttl", "x-expires", "x-max-length", "x-max-length-bytes", "x-overflow", "x-max-priority",
             "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-single-active-consumer", "x-queue-type",
             "x-delivery-limit", "x-delayed-retry-type", "x-delayed-retry-min", "x-message-deduplication",
             "x-cache-size", "x-priority", "x-match", "alternate-exchange", "x-delayed-type", "x-delay", "CC", "BCC",
             "x-death", "x-deduplication-header", "x-deliver-at", "k"]
TEXTS = ["", "a", "b", "reject-publish", "drop-head", "reject-publish-dlx", "quorum", "classic", "stream", "all",
         "any", "any-with-x", "direct", "topic", "failed", "amq.fanout", "1000", "-1"]
NUMBERS = [0, 1, 2, 3, 5, 10, 255, 256, 1000, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 63 - 1, 2 ** 63,
           2 ** 64 - 1]


class SessionMaker:
    """Makes the bytes of one session."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def session(self) -> list[bytes]:
        """The parts in which the session is sent."""
        frames = self.handshake() + self.conversation()
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 3, 8])):
            self.disturb(frames)
        data = bytearray(b"".join(frames))
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 4, 16])):
            self.damage(data)
        return self.cut(bytes(data))

    # What a client would say

    def handshake(self) -> list[bytes]:
        start_ok = b"\0\0\0\0" + short_string("PLAIN") + long_string(b"\0guest\0guest") + short_string("en_US")
        frame_max = self.random.choice([4096, 4096, 8192, 131072])
        return [PROTOCOL_HEADER, method(0, (10, 11), start_ok),
                method(0, (10, 31), struct.pack(">HIH", self.random.choice([5, 2047]), frame_max, 0)),
                method(0, (10, 40), short_string("/") + b"\0\0"), method(1, (20, 10), b"\0"),
                method(2, (20, 10), b"\0")]

    def conversation(self) -> list[bytes]:
        frames = []
        for _ in range(self.random.randint(1, 25)):
            channel = self.random.choice([1, 1, 1, 2, 2, 3, 0, 65535])
            frames += self.command(channel)
        if self.random.random() < 0.3:
            frames.append(method(0, (10, 50), b"\0\xc8\0\0\0\0\0"))
        return frames

    def command(self, channel: int) -> list[bytes]:
        chance = self.random.random()
        if chance < 0.03:
            return [frame(HEARTBEAT, self.random.choice([0, channel]), self.blob(4))]
        if chance < 0.06:
            return [frame(self.random.choice([METHOD, CONTENT_HEADER, BODY, 4, 255]), channel, self.blob(60))]
        known = LIKELY if chance < 0.85 else list(METHODS)
        identifier = self.random.choice(known)
        frames = [method(channel, identifier, self.arguments(METHODS[identifier]))]
        return frames + self.content(channel) if identifier == (60, 40) else frames

    def content(self, channel: int) -> list[bytes]:
        data = self.blob(self.random.choice([0, 1, 10, 100, 5000, 20000]))
        header = content_header(channel, len(data), self.properties())
        step = self.random.choice([1000, 4088, 100_000])
        return [header] + [frame(BODY, channel, data[start:start + step]) for start in range(0, len(data), step)]

    def properties(self) -> bytes:
        flags, values = 0, b""
        encoders = [lambda: self.text(), lambda: self.text(), lambda: self.table(), lambda: bytes([self.octet()]),
                    lambda: bytes([self.octet()]), lambda: self.text(),
                    lambda: short_string(self.random.choice(["", "a", "amq.rabbitmq.reply-to"])),
                    lambda: short_string(self.random.choice(["0", "1", "50", "-1", "x", "99999999999999"])),
                    lambda: self.text(), lambda: struct.pack(">Q", self.number(64)), lambda: self.text(),
                    lambda: short_string(self.random.choice(["guest", "other"])), lambda: self.text(),
                    lambda: self.text()]
        for position, encode in enumerate(encoders):
            if self.random.random() < 0.15:
                flags |= 1 << 15 - position
                values += encode()
        return struct.pack(">H", flags) + values

    # Values

    def arguments(self, kinds: str) -> bytes:
        return b"".join(self.argument(kind) for kind in kinds)

    def argument(self, kind: str) -> bytes:
        if kind in "hlq":
            size = {"h": 2, "l": 4, "q": 8}[kind]
            return self.number(8 * size).to_bytes(size, "big")
        if kind == "o":
            return bytes([self.octet()])
        if kind == "S":
            return long_string(self.blob(50))
        if kind == "t":
            return self.table()
        pool = {"n": NAMES, "k": KEYS, "c": TAGS, "x": EXCHANGE_TYPES}.get(kind, TEXTS)
        return short_string(self.random.choice(pool).encode()[:255])

    def table(self, depth: int = 0) -> bytes:
        count = self.random.choice([0, 0, 1, 1, 2, 3])
        keys = self.random.choices(ARGUMENTS, k=count)
        return long_string(b"".join(short_string(key) + self.field(depth) for key in keys))

    def field(self, depth: int) -> bytes:
        kind = self.random.choice("tbBsuIillLfdDSSSSxATFVZ" if depth < 4 else "tIS")
        fixed = {"t": 1, "b": 1, "B": 1, "s": 2, "u": 2, "I": 4, "i": 4, "l": 8, "L": 8, "f": 4, "d": 8, "D": 5, "T": 8}
        if kind in fixed:
            return kind.encode() + self.number(8 * fixed[kind]).to_bytes(fixed[kind], "big")
        if kind == "S":
            return b"S" + long_string(self.random.choice(TEXTS).encode())
        if kind == "x":
            return b"x" + long_string(self.blob(20))
        if kind == "A":
            items = b"".join(self.field(depth + 1) for _ in range(self.random.randint(0, 3)))
            return b"A" + long_string(items)
        return b"F" + self.table(depth + 1) if kind == "F" else kind.encode()

    def text(self) -> bytes:
        return short_string(self.random.choice(TEXTS))

    def octet(self) -> int:
        return self.random.choice([0, 1, 2, 3, 4, 8, 16, 31, 255])

    def number(self, bits: int) -> int:
        return self.random.choice(NUMBERS) & (1 << bits) - 1

    def blob(self, longest: int) -> bytes:
        return self.random.randbytes(self.random.randint(0, longest))

    # What goes wrong

    def disturb(self, frames: list[bytes]) -> None:
        """Frames change places, vanish, or come twice."""
        first, second = (self.random.randrange(len(frames)) for _ in range(2))
        match self.random.randrange(4):
            case 0:
                frames[first], frames[second] = frames[second], frames[first]
            case 1 if len(frames) > 1:
                del frames[first]
            case 2:
                frames.insert(second, frames[first])
            case _:
                frames[first] = frames[first][:self.random.randint(0, len(frames[first]))]

    def damage(self, data: bytearray) -> None:
        """Bytes flip, vanish, or come up from nowhere; more often behind the handshake than in it."""
        if not data:
            return
        place = self.random.randrange(len(data) // 8 if self.random.random() < 0.2 else 0, len(data))
        match self.random.randrange(4):
            case 0:
                data[place] ^= 1 << self.random.randrange(8)
            case 1:
                data[place] = self.random.randrange(256)
            case 2:
                del data[place:place + self.random.choice([1, 1, 2, 8, 100])]
            case _:
                data[place:place] = self.blob(self.random.choice([1, 8, 200]))

    def cut(self, data: bytes) -> list[bytes]:
        if self.random.random() < 0.5:
            return [data]
        parts = []
        while data:
            size = self.random.choice([1, 7, 50, 300, 5000])
            parts.append(data[:size])
            data = data[size:]
        return parts
