import LeveretWire
import NIOCore

/// Frames as the server reads and writes them, without a socket.
enum CodecBenchmarks {
    private static let count = 1000

    static var all: [Benchmark] {
        [16, 1024].flatMap { size in [parse(size), render(size)] }
    }

    /// Publishings out of a read buffer: frames, method, content header.
    private static func parse(_ size: Int) -> Benchmark {
        Benchmark("codec", "parse publishings of \(size) B") {
            let buffer = publishings(size)
            let decoder = FrameDecoder(limits: FrameLimits(frameMax: 131_072, channelMax: 2047, heartbeat: 0))
            return {
                try buffer.withUnsafeReadableBytes { bytes in
                    var offset = 0
                    var total = 0
                    while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
                        switch frame.kind {
                        case .method: total += try BasicPublishView(payload: frame.payload).routingKey.count
                        case .header: total += Int(try ContentHeaderView(payload: frame.payload).bodySize)
                        case .body, .heartbeat: total += frame.payload.count
                        }
                    }
                    precondition(total == count * (names.count - 2 + 2 * size))
                    return count
                }
            }
        }
    }

    private static func render(_ size: Int) -> Benchmark {
        Benchmark("codec", "render deliveries of \(size) B") {
            var buffer = ByteBuffer()
            let body = [UInt8](repeating: 120, count: size)
            return {
                buffer.clear()
                for number in 0..<count { writeDelivery(UInt64(number), body, into: &buffer) }
                return count
            }
        }
    }

    private static let names: [UInt8] = [0, 6] + "orders".utf8
    private static let consumerTag: [UInt8] = [2] + "c0".utf8
    private static let properties: [UInt8] = [0, 0]

    private static func publishings(_ size: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        let body = [UInt8](repeating: 120, count: size)
        for _ in 0..<count {
            names.withUnsafeBytes { names in
                properties.withUnsafeBytes { properties in
                    body.withUnsafeBytes { body in
                        FrameEncoder.writePublish(
                            channel: 1,
                            exchangeAndRoutingKey: names,
                            mandatory: false,
                            properties: properties,
                            body: body,
                            frameMax: 131_072,
                            into: &buffer
                        )
                    }
                }
            }
        }
        return buffer
    }

    private static func writeDelivery(_ tag: UInt64, _ body: [UInt8], into buffer: inout ByteBuffer) {
        names.withUnsafeBytes { names in
            properties.withUnsafeBytes { properties in
                consumerTag.withUnsafeBytes { consumerTag in
                    body.withUnsafeBytes { body in
                        FrameEncoder.writeDeliver(
                            channel: 1,
                            consumerTag: consumerTag,
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
