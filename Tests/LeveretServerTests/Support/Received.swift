import LeveretModel
import LeveretWire

/// A frame that a client received, decoded.
enum Received: Equatable, CustomStringConvertible {
    case method(UInt16, Method)
    case header(UInt16, bodySize: UInt64)
    case body(UInt16, [UInt8])
    case heartbeat

    var description: String {
        switch self {
        case .method(let channel, let method): "\(channel): \(method.id.name)"
        case .header(let channel, let bodySize): "\(channel): header of \(bodySize)"
        case .body(let channel, let bytes): "\(channel): body of \(bytes.count)"
        case .heartbeat: "heartbeat"
        }
    }

    /// The method, whatever the channel.
    var method: Method? {
        if case .method(_, let method) = self { method } else { nil }
    }
}

/// Takes bytes as they come and gives complete frames.
struct FrameReader {
    private var bytes: [UInt8] = []
    private let decoder = FrameDecoder(limits: FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 0))

    /// Bytes that are no complete frame yet.
    var rest: [UInt8] { bytes }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    mutating func next() throws -> Received? {
        var offset = 0
        let decoder = decoder
        let received = try bytes.withUnsafeBytes { bytes -> Received? in
            guard let frame = try decoder.nextFrame(in: bytes, at: &offset) else { return nil }
            switch frame.kind {
            case .method: return .method(frame.channel, try Method(decoding: frame.payload))
            case .header:
                return .header(frame.channel, bodySize: try ContentHeaderView(payload: frame.payload).bodySize)
            case .body: return .body(frame.channel, [UInt8](frame.payload))
            case .heartbeat: return .heartbeat
            }
        }
        bytes.removeFirst(offset)
        return received
    }
}
