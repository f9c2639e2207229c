import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretCLI

struct DeliveryInspectionTests {
    @Test func `deliveries in order are sound, and their latency is known`() throws {
        var inspection = DeliveryInspection(.sample())
        let count = try Self.inspect(&inspection, numbers: [0, 1, 2], sentAt: 100, now: 150)
        #expect(count == 3)
        #expect(inspection.outOfOrder == 0)
        #expect(inspection.deliveryTag == 3)
        #expect(inspection.latencies.count == 3)
        #expect(inspection.latencies.maximum == 50)
    }

    @Test(arguments: [[UInt64](arrayLiteral: 1), [0, 2], [0, 0], [0, 1, 0]])
    func `a gap, a repetition or a wrong start is noticed where one consumer gets all`(numbers: [UInt64]) throws {
        var inspection = DeliveryInspection(.sample())
        _ = try Self.inspect(&inspection, numbers: numbers)
        #expect(inspection.outOfOrder == 1)
    }

    @Test func `gaps are normal where consumers share a queue, going back is not`() throws {
        var inspection = DeliveryInspection(.sample(consumers: 2))
        _ = try Self.inspect(&inspection, numbers: [1, 5, 9])
        #expect(inspection.outOfOrder == 0)
        _ = try Self.inspect(&inspection, numbers: [8])
        #expect(inspection.outOfOrder == 1)
    }

    @Test func `a body of another size is refused`() {
        var inspection = DeliveryInspection(.sample(sizes: [32, 64]))
        #expect(throws: LoadFailure.self) { try Self.inspect(&inspection, numbers: [0]) }
    }

    @Test func `frames that end too early are refused and never read beyond their end`() {
        for type: UInt8 in [1, 2] {
            for count in 0..<12 {
                // In a method frame these are the numbers of basic.deliver.
                let payload = Array([0, 60, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0].prefix(count)) as [UInt8]
                var inspection = DeliveryInspection(.sample())
                #expect(throws: LoadFailure.self) {
                    try payload.withUnsafeBytes {
                        let frame = RawFrame(type: type, payload: $0)
                        return try inspection.isMessageComplete(with: frame, at: 0)
                    }
                }
            }
        }
    }

    /// Reads deliveries of 16 bytes with these numbers and gives how many were complete.
    private static func inspect(
        _ inspection: inout DeliveryInspection,
        numbers: [UInt64],
        sentAt: UInt64 = 0,
        now: UInt64 = 0
    ) throws -> Int {
        var buffer = ByteBuffer()
        for (index, number) in numbers.enumerated() {
            let mark = MessageMark(producer: 0, sequence: number)
            write(mark.rawValue, sentAt: sentAt, tag: UInt64(index + 1), into: &buffer)
        }
        var received = ReceiveBuffer(capacity: 1 << 16)
        received.room().copyBytes(from: buffer.readableBytesView)
        received.commit(buffer.readableBytes)
        var count = 0
        while let frame = try received.nextFrame() {
            if try inspection.isMessageComplete(with: frame, at: now) { count += 1 }
        }
        return count
    }

    private static func write(_ mark: UInt64, sentAt: UInt64, tag: UInt64, into buffer: inout ByteBuffer) {
        withUnsafeBytes(of: (mark, sentAt)) { body in
            [UInt8](arrayLiteral: 1, UInt8(ascii: "c")).withUnsafeBytes { consumer in
                [UInt8](arrayLiteral: 0, 1, UInt8(ascii: "q")).withUnsafeBytes { names in
                    [UInt8](arrayLiteral: 0, 0).withUnsafeBytes { properties in
                        FrameEncoder.writeDeliver(
                            channel: 1,
                            consumerTag: consumer,
                            deliveryTag: tag,
                            redelivered: false,
                            exchangeAndRoutingKey: names,
                            properties: properties,
                            body: body,
                            frameMax: 131_072,
                            into: &buffer
                        )
                    }
                }
            }
        }
    }
}
