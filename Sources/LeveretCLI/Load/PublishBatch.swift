import LeveretModel
import LeveretWire
import NIOCore

/// A run of encoded publishings that lie ready to be sent; only the first 16 bytes of each body are written anew
/// each time: who sent it and its number, then when.
struct PublishBatch: ~Copyable {
    /// How many messages it holds.
    let capacity: Int
    private let memory: UnsafeMutableRawBufferPointer
    private let stride: Int
    private let bodyOffset: Int
    private let marks: Marks

    /// What fits into the bodies.
    private enum Marks {
        case none
        case sequence
        case sequenceAndTime
    }

    init(routingKey: String, size: Int, persistent: Bool, frameMax: UInt32, bytes: Int = 128 << 10) {
        let names: [UInt8] = [0, UInt8(truncatingIfNeeded: routingKey.utf8.count)] + routingKey.utf8
        let properties: [UInt8] = persistent ? [0x10, 0, DeliveryMode.persistent.rawValue] : [0, 0]
        let message = Self.encode(names, properties, size: size, frameMax: frameMax)
        stride = message.count
        bodyOffset = Self.firstBodyOffset(names: names.count, properties: properties.count)
        capacity = max(1, bytes / stride)
        memory = .allocate(byteCount: stride * capacity, alignment: 16)
        for number in 0..<capacity {
            UnsafeMutableRawBufferPointer(rebasing: memory[(number * stride)...]).copyBytes(from: message)
        }
        marks = size >= 16 ? .sequenceAndTime : size >= 8 ? .sequence : .none
    }

    deinit { memory.deallocate() }

    /// The first `count` messages with numbers from `first` on.
    func fill(_ count: Int, first: UInt64, time: (UInt64) -> UInt64) -> UnsafeRawBufferPointer {
        var offset = bodyOffset
        for sequence in first..<(first + UInt64(count)) {
            if marks != .none { memory.storeBytes(of: sequence, toByteOffset: offset, as: UInt64.self) }
            if marks == .sequenceAndTime {
                memory.storeBytes(of: time(sequence), toByteOffset: offset + 8, as: UInt64.self)
            }
            offset += stride
        }
        return UnsafeRawBufferPointer(rebasing: memory[..<(count * stride)])
    }

    private static func encode(_ names: [UInt8], _ properties: [UInt8], size: Int, frameMax: UInt32) -> [UInt8] {
        var buffer = ByteBuffer()
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        names.withUnsafeBytes { names in
            properties.withUnsafeBytes { properties in
                body.withUnsafeBytes { body in
                    FrameEncoder.writePublish(
                        channel: LoadConnection.channel,
                        exchangeAndRoutingKey: names,
                        mandatory: false,
                        properties: properties,
                        body: body,
                        frameMax: Int(frameMax),
                        into: &buffer
                    )
                }
            }
        }
        return Array(buffer.readableBytesView)
    }

    /// Where the body begins: after the frames of the method and the content header, and a frame's header.
    private static func firstBodyOffset(names: Int, properties: Int) -> Int {
        let method = FrameLimits.overhead + 4 + 3 + names
        let contentHeader = FrameLimits.overhead + 12 + properties
        return method + contentHeader + FrameLimits.headerSize
    }
}
