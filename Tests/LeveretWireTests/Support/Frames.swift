import LeveretModel
import LeveretWire
import NIOCore
import Testing

/// The bytes of hexadecimal digits; blanks are for the eye.
func bytes(hex: String) throws -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }
    try #require(digits.count.isMultiple(of: 2))
    return try stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return try #require(UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16))
    }
}

/// A frame that owns its bytes.
struct Frame: Hashable, Sendable {
    var kind: FrameKind
    var channel: UInt16
    var payload: [UInt8]

    init(_ kind: FrameKind, channel: UInt16 = 1, payload: [UInt8] = []) {
        self.kind = kind
        self.channel = channel
        self.payload = payload
    }

    var bytes: [UInt8] {
        let count = UInt32(payload.count)
        return [kind.rawValue, UInt8(channel >> 8), UInt8(truncatingIfNeeded: channel)]
            + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
            + payload + [0xCE]
    }
}

extension Frame {
    static func header(_ properties: [UInt8] = [0, 0], bodySize: UInt64, classID: UInt8 = 60) -> Frame {
        let size = (0..<8).map { UInt8(truncatingIfNeeded: bodySize >> (56 - 8 * UInt64($0))) }
        return Frame(.header, payload: [0, classID, 0, 0] + size + properties)
    }

    static func body(_ payload: [UInt8]) -> Frame { Frame(.body, payload: payload) }

    static func method(_ method: Method, channel: UInt16 = 1) throws -> Frame {
        try #require(try FrameDecoder.unlimited.frames(in: method.frame(channel: channel)).first)
    }

    static func publish(exchange: String = "logs", routingKey: String = "a.b") throws -> Frame {
        try .method(.basicPublish(BasicPublish(exchange: exchange, routingKey: routingKey, mandatory: true)))
    }
}

extension Method {
    func frame(channel: UInt16 = 1) throws -> [UInt8] {
        var buffer = ByteBuffer()
        try encode(channel: channel, into: &buffer)
        return Array(buffer.readableBytesView)
    }

    static func decoded(_ payload: [UInt8]) throws -> Method {
        try payload.withUnsafeBytes { try Method(decoding: $0) }
    }
}

extension FrameDecoder {
    static let unlimited = FrameDecoder(limits: FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 0))

    /// All complete frames at the beginning of the bytes.
    func frames(in bytes: [UInt8]) throws -> [Frame] {
        try bytes.withUnsafeBytes { bytes in
            var offset = 0
            var frames: [Frame] = []
            while let view = try nextFrame(in: bytes, at: &offset) {
                frames.append(Frame(view.kind, channel: view.channel, payload: [UInt8](view.payload)))
            }
            return frames
        }
    }
}

/// The reply code that a throwing call complains with, or `nil` if it was content.
func code(_ body: () throws -> Void) -> ReplyCode? {
    do {
        try body()
        return nil
    } catch let error as WireError {
        return error.code
    } catch {
        Issue.record("an error of another type: \(error)")
        return nil
    }
}
