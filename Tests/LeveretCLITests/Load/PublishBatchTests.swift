import LeveretModel
import LeveretWire
import Testing

@testable import LeveretCLI

struct PublishBatchTests {
    /// A publishing as a broker would read it.
    private struct Read: Equatable {
        var publish: BasicPublish
        var properties: [UInt8]
        var size: Int
        /// The first two words of the body, as far as there are so many.
        var words: [UInt64] = []
    }

    @Test(arguments: [0, 7, 16, 4088, 4089, 10_000])
    func `a batch is a run of whole publishings`(size: Int) throws {
        let batch = try PublishBatch(.sample(sizes: [size], persistent: true), producer: 0, frameMax: 4096)
        let count = min(3, batch.capacity(after: 0))
        let messages = try Self.read(batch.fill(count, after: 0, producer: 0) { _ in 99 })
        #expect(messages.count == Int(count))
        for message in messages {
            #expect(message.publish == BasicPublish(exchange: "", routingKey: "orders"))
            #expect(message.properties == [0x10, 0, 2])
            #expect(message.size == size)
        }
    }

    @Test func `the mark and the time are the first bytes of the bodies`() throws {
        let batch = try PublishBatch(.sample(producers: 4), producer: 3, frameMax: 131_072)
        let messages = try Self.read(batch.fill(2, after: 7, producer: 3) { $0 * 1000 })
        let marks = (7...8).map { MessageMark(producer: 3, sequence: $0).rawValue }
        #expect(messages.map(\.words) == [[marks[0], 7000], [marks[1], 8000]])
    }

    @Test func `queues, sizes and priorities take turns, wherever a batch begins`() throws {
        let plan = LoadPlan.sample(queues: 2, sizes: [16, 32, 48], priorities: 4)
        let batch = try PublishBatch(plan, producer: 0, frameMax: 131_072)
        for sent: UInt64 in [0, 1, 5, 11, 12, 1_000_003] {
            let messages = try Self.read(batch.fill(1, after: sent, producer: 0) { _ in 0 })
            let message = try #require(messages.first)
            #expect(message.publish.routingKey == "orders-\(sent % 2 + 1)")
            #expect(message.size == [16, 32, 48][Int(sent % 3)])
            #expect(message.properties == [0x08, 0, UInt8(sent % 4)])
            #expect(MessageMark(rawValue: message.words[0]).sequence == sent)
        }
    }

    @Test func `what an exchange routes carries its name and the routing key`() throws {
        let fanout = try PublishBatch(.sample(queues: 3, route: .fanout), producer: 0, frameMax: 131_072)
        #expect(
            try Self.read(fanout.fill(1, after: 0, producer: 0) { _ in 0 }).first?.publish
                == BasicPublish(exchange: "orders-fanout", routingKey: "")
        )
        let plan = LoadPlan.sample(route: .exchange("events", routingKeys: ["a.b"]))
        let named = try PublishBatch(plan, producer: 0, frameMax: 131_072)
        #expect(
            try Self.read(named.fill(1, after: 0, producer: 0) { _ in 0 }).first?.publish
                == BasicPublish(exchange: "events", routingKey: "a.b")
        )
    }

    @Test func `messages take the routing keys in turn`() throws {
        let plan = LoadPlan.sample(route: .exchange("events", routingKeys: ["a.b", "c"]))
        let batch = try PublishBatch(plan, producer: 0, frameMax: 131_072)
        let keys = try Self.read(batch.fill(3, after: 1, producer: 0) { _ in 0 }).map(\.publish.routingKey)
        #expect(keys == ["c", "a.b", "c"])
    }

    @Test func `more than the memory is given to is refused`() {
        let plan = LoadPlan.sample(sizes: Array(repeating: 100 << 20, count: 3))
        #expect(throws: LoadFailure.self) {
            _ = try PublishBatch(plan, producer: 0, frameMax: 131_072).capacity(after: 0)
        }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws -> [Read] {
        let decoder = FrameDecoder(limits: FrameLimits(frameMax: 131_072, channelMax: 1, heartbeat: 0))
        var offset = 0
        var messages: [Read] = []
        var missing = 0
        while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
            switch frame.kind {
            case .method:
                #expect(missing == 0)
                guard case .basicPublish(let publish) = try Method(decoding: frame.payload) else { continue }
                messages.append(Read(publish: publish, properties: [], size: 0))
            case .header:
                missing = Int(frame.payload.loadUnaligned(fromByteOffset: 4, as: UInt64.self).bigEndian)
                messages[messages.count - 1].size = missing
                messages[messages.count - 1].properties = Array(frame.payload[12...])
            case .body:
                let isFirst = missing == messages[messages.count - 1].size
                if isFirst { messages[messages.count - 1].words = words(frame.payload) }
                missing -= frame.payload.count
            case .heartbeat: Issue.record("a heartbeat in a batch")
            }
        }
        #expect(offset == bytes.count)
        #expect(missing == 0)
        return messages
    }

    private static func words(_ body: UnsafeRawBufferPointer) -> [UInt64] {
        (0..<2).filter { body.count >= $0 * 8 + 8 }.map { body.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
}
