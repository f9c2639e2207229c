import Leveret
import LeveretModel
import LeveretWire
import Testing

@testable import LeveretServer

/// Whatever a client sends, the broker goes on for the others.
@Suite struct FuzzTests {
    /// A generator that repeats itself (xorshift), so that a failure can be replayed by its seed.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let conversation: [UInt8] = {
        var bytes = ClientBytes.openChannel(1) + ClientBytes.openChannel(2)
        let methods: [Method] = [
            .queueDeclare(QueueDeclare(queue: "fuzz", arguments: ["x-max-length": 5])),
            .exchangeDeclare(ExchangeDeclare(exchange: "x", type: "topic")),
            .queueBind(QueueBind(queue: "fuzz", exchange: "x", routingKey: "a.#", arguments: ["k": "v"])),
            .confirmSelect(ConfirmSelect()), .basicQos(BasicQos(prefetchSize: 0, prefetchCount: 3)),
            .basicConsume(BasicConsume(queue: "fuzz", consumerTag: "t")),
        ]
        for method in methods { bytes += ClientBytes.method(method, channel: 1) }
        for number in 0..<5 {
            let body = Array(repeating: UInt8(number), count: number * 50)
            bytes += ClientBytes.publish(channel: 1, exchange: "x", key: "a.b", body: body, frameMax: 70)
            bytes += ClientBytes.method(.basicAck(BasicAck(deliveryTag: UInt64(number + 1))), channel: 1)
            bytes += ClientBytes.method(.basicGet(BasicGet(queue: "fuzz")), channel: 2)
        }
        return bytes + ClientBytes.channelClose(2) + ClientBytes.connectionClose
    }()

    @Test(arguments: UInt64(1)...300)
    func `damaged conversations end in order`(seed: UInt64) throws {
        var dice = Dice(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let broker = try Broker()
        let connection = try EmbeddedConnection.open(broker: broker, channels: [])
        var bytes = Self.conversation
        for _ in 0..<Int.random(in: 0...4, using: &dice) {
            let place = Int.random(in: 0..<bytes.count, using: &dice)
            switch Int.random(in: 0..<3, using: &dice) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &dice)
            case 1: bytes.remove(at: place)
            default: bytes.insert(UInt8.random(in: .min ... .max, using: &dice), at: place)
            }
        }
        var rest = bytes[...]
        while !rest.isEmpty, connection.isOpen {
            let size = Int.random(in: 1...400, using: &dice)
            try connection.send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        _ = try connection.received()
        let other = try EmbeddedConnection.open(broker: broker)
        try other.send(.queueDeclare(QueueDeclare(queue: "alive")))
        #expect(try other.received().map(\.method?.id) == [QueueDeclareOk.id])
    }

    @Test func `the conversation itself is legal`() throws {
        let broker = try Broker()
        let connection = try EmbeddedConnection.open(broker: broker, channels: [])
        try connection.send(Self.conversation)
        #expect(try connection.received().last == .method(0, .connectionCloseOk(ConnectionCloseOk())))
        #expect(!connection.isOpen)
    }
}
