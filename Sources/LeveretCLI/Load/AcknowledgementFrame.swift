import LeveretModel
import LeveretWire
import NIOCore

/// A basic.ack of everything up to a tag; only the tag is written anew each time.
final class AcknowledgementFrame {
    private let memory: UnsafeMutableRawBufferPointer

    init() {
        var buffer = ByteBuffer()
        FrameEncoder.writeAck(channel: LoadConnection.channel, deliveryTag: 0, multiple: true, into: &buffer)
        memory = .allocate(byteCount: buffer.readableBytes, alignment: 8)
        memory.copyBytes(from: buffer.readableBytesView)
    }

    deinit { memory.deallocate() }

    /// The frame, valid until the next call.
    func bytes(for tag: UInt64) -> UnsafeRawBufferPointer {
        memory.storeBytes(of: tag.bigEndian, toByteOffset: FrameLimits.headerSize + 4, as: UInt64.self)
        return UnsafeRawBufferPointer(memory)
    }
}
