import LeveretModel
import LeveretWire

/// Reads the frames of deliveries and checks that each message is whole and comes in its producer's order.
struct DeliveryInspection {
    /// The tag of the delivery whose frames come.
    private(set) var deliveryTag: UInt64 = 0
    private(set) var outOfOrder: UInt64 = 0
    private(set) var redelivered: UInt64 = 0
    private(set) var latencies = LatencyHistogram()
    /// The size that every body must have; `nil` where the messages are not the run's own.
    private let size: Int?
    private let isStrict: Bool
    /// By producer: the number of the message that is to come next; `nil` before its first.
    private var nextSequence: [UInt64?]
    private var missingBytes = 0
    private var isFirstPart = false

    /// Producers may have numbers up to this one.
    static let producerLimit = 256

    init(_ plan: LoadPlan) {
        size = plan.producers > 0 && !plan.keepsQueues ? plan.size : nil
        isStrict = plan.isStrictlyOrdered
        nextSequence = Array(repeating: plan.isStrictlyOrdered ? 0 : nil, count: Self.producerLimit)
    }

    /// Whether a message is complete with this frame.
    @inline(__always)
    mutating func isMessageComplete(with frame: RawFrame, at now: UInt64) throws(LoadFailure) -> Bool {
        switch frame.type {
        case FrameKind.body.rawValue: return try isLast(body: frame.payload, at: now)
        case FrameKind.header.rawValue: return try isWhole(header: frame)
        case FrameKind.method.rawValue:
            try read(method: frame)
            return false
        default: return false
        }
    }

    private mutating func read(method frame: RawFrame) throws(LoadFailure) {
        guard frame.size >= 4 else { throw .violation("a method of \(frame.size) bytes") }
        guard frame.method == BasicDeliver.id else {
            if frame.method == BasicCancel.id { throw .violation("the consumer was cancelled") }
            return try LoadConnection.throwIfClosed(frame)
        }
        guard frame.size >= 5 else { throw .violation("a malformed basic.deliver") }
        let tagOffset = 5 + Int(frame.payload[4])
        guard frame.size > tagOffset + 8 else { throw .violation("a malformed basic.deliver") }
        deliveryTag = frame.uint64(at: tagOffset)
        if frame.payload[tagOffset + 8] & 1 != 0 { redelivered += 1 }
    }

    private mutating func isWhole(header frame: RawFrame) throws(LoadFailure) -> Bool {
        guard frame.size >= 12 else { throw .violation("a malformed content header") }
        let announced = frame.uint64(at: 4)
        if let size, announced != UInt64(size) { throw .violation("a body of \(announced) bytes instead of \(size)") }
        missingBytes = Int(clamping: announced)
        isFirstPart = true
        return announced == 0
    }

    private mutating func isLast(body: UnsafeRawBufferPointer, at now: UInt64) throws(LoadFailure) -> Bool {
        guard body.count <= missingBytes else { throw .violation("a body longer than its header says") }
        if isFirstPart, size != nil, body.count >= 8 { readMarks(body, at: now) }
        isFirstPart = false
        missingBytes -= body.count
        return missingBytes == 0
    }

    private mutating func readMarks(_ body: UnsafeRawBufferPointer, at now: UInt64) {
        let mark = body.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        let producer = Int(mark >> 48) % Self.producerLimit
        let sequence = mark & 0xFFFF_FFFF_FFFF
        if let expected = nextSequence[producer], isStrict ? sequence != expected : sequence < expected {
            outOfOrder += 1
        }
        nextSequence[producer] = sequence + 1
        guard body.count >= 16 else { return }
        let sentAt = body.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        latencies.record(now > sentAt ? now - sentAt : 0)
    }
}
