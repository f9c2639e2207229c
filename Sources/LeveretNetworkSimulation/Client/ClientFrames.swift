import LeveretModel
import LeveretSimulation
import LeveretWire
import NIOCore

/// What clients send, frame by frame. Contents are put into frames here and not by the codec, so that a mistake of the
/// codec cannot hide itself.
enum ClientFrames {
    static func method(_ method: Method, channel: UInt16) -> [UInt8] {
        var buffer = ByteBuffer()
        do {
            try method.encode(channel: channel, into: &buffer)
        } catch {
            preconditionFailure("a client's own method cannot be encoded: \(error)")
        }
        return Array(buffer.readableBytesView)
    }

    static func frame(_ kind: UInt8, channel: UInt16, _ payload: some Collection<UInt8>, end: UInt8 = 0xCE) -> [UInt8] {
        var bytes: [UInt8] = [kind]
        append(UInt64(channel), byteCount: 2, to: &bytes)
        append(UInt64(payload.count), byteCount: 4, to: &bytes)
        bytes.append(contentsOf: payload)
        bytes.append(end)
        return bytes
    }

    static let heartbeat = frame(8, channel: 0, [])

    /// basic.publish with header and body frames, as many as it pleases.
    static func publishing(
        _ message: SimulatedMessage,
        channel: UInt16,
        frameMax: Int,
        _ random: inout SeededGenerator
    ) -> [[UInt8]] {
        let publish = BasicPublish(
            exchange: message.exchange,
            routingKey: message.routingKey,
            mandatory: message.isMandatory
        )
        let method = method(.basicPublish(publish), channel: channel)
        return [method] + content(message.properties, message.body, channel: channel, frameMax: frameMax, &random)
    }

    static func content(
        _ properties: [UInt8],
        _ body: [UInt8],
        channel: UInt16,
        frameMax: Int,
        _ random: inout SeededGenerator
    ) -> [[UInt8]] {
        var header: [UInt8] = [0, 60, 0, 0]
        append(UInt64(body.count), byteCount: 8, to: &header)
        var frames = [frame(2, channel: channel, header + properties)]
        let isFull = random.chance(70)
        var start = 0
        while start < body.count {
            let room = min(frameMax - 8, body.count - start)
            let end = start + (isFull ? room : random.number(max(1, room / 8)...room))
            frames.append(frame(3, channel: channel, body[start..<end]))
            start = end
        }
        return frames
    }

    private static func append(_ number: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
        for place in (0..<byteCount).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }
}
