import LeveretWire
import NIOCore

/// What was read from the socket, kept for the deliveries that lie in it.
final class ReceivedBytes: Sendable {
    /// Nobody writes to its memory, because this object shares it.
    private let buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }
}

/// Joins what comes from the socket so that frames can be read in place, and keeps what is not a frame yet.
struct ReceiveBuffer {
    private var remainder: ByteBuffer?

    /// A buffer that is mostly empty would be kept by the deliveries in it, so it is exchanged for a smaller one.
    private static let wasteLimit = 4

    /// The bytes that have not been used, with the new ones behind them.
    mutating func join(_ incoming: ByteBuffer) -> ByteBuffer {
        guard var joined = remainder.take() else {
            guard incoming.readableBytes < incoming.storageCapacity / Self.wasteLimit else { return incoming }
            return ByteBuffer(bytes: incoming.readableBytesView)
        }
        joined.writeImmutableBuffer(incoming)
        return joined
    }

    /// Keeps what was not used of a joined buffer.
    mutating func keep(_ joined: consuming ByteBuffer, used: Int) {
        guard used < joined.readableBytes else { return }
        guard used > 0 else {
            remainder = joined
            return
        }
        joined.moveReaderIndex(forwardBy: used)
        var kept = ByteBuffer()
        kept.reserveCapacity(max(Self.frameSize(joined), joined.readableBytes))
        kept.writeImmutableBuffer(joined)
        remainder = kept
    }

    /// The size of the frame at the beginning, as far as it is known, for one allocation instead of several.
    private static func frameSize(_ buffer: ByteBuffer) -> Int {
        guard let payload: UInt32 = buffer.getInteger(at: buffer.readerIndex + 3) else { return 0 }
        return min(Int(payload) + FrameLimits.overhead, largestReservation)
    }

    private static let largestReservation = 1 << 20
}
