import LeveretModel
import LeveretWire

/// Reads the frames of deliveries and checks that each message is whole and comes in its producer's order.
struct DeliveryInspection {
    /// The tag of the delivery whose frames come.
    private(set) var deliveryTag: UInt64 = 0
    private(set) var outOfOrder: UInt64 = 0
    private(set) var redelivered: UInt64 = 0
    private(set) var latencies = LatencyHistogram()
    /// The sizes that bodies may have; empty where the messages may be somebody else's.
    private let sizes: [UInt64]
    private let hasSeveralQueues: Bool
    // Kept here because another module's constants cost a call each.
    private let bodyFrame = FrameKind.body.rawValue
    private let headerFrame = FrameKind.header.rawValue
    private let methodFrame = FrameKind.method.rawValue
    private let deliver = BasicDeliver.id
    /// Messages sent before this do not count in the latencies.
    private let measuredFrom: UInt64
    private var ledger: SequenceLedger
    /// Where the queue of the present delivery is among the consumer's.
    private var queue = 0
    private var missingBytes = 0
    private var isFirstPart = false

    /// - Parameter queues: How many queues the consumer has.
    init(_ plan: LoadPlan, queues: Int = 1, measuredFrom: UInt64 = 0) {
        sizes = plan.startsEmpty ? plan.sizes.map(UInt64.init) : []
        hasSeveralQueues = queues > 1
        self.measuredFrom = measuredFrom
        ledger = SequenceLedger(plan, queues: queues)
    }

    /// The consumer tag for one of the consumer's queues, from which a delivery tells its queue.
    static func consumerTag(ofQueue number: Int) -> String { "c\(number)" }

    /// Whether a message is complete with this frame.
    @inline(__always)
    mutating func isMessageComplete(with frame: RawFrame, at now: UInt64) throws(LoadFailure) -> Bool {
        switch frame.type {
        case bodyFrame: return try isLast(body: frame.payload, at: now)
        case headerFrame: return try isWhole(header: frame)
        case methodFrame:
            try read(method: frame)
            return false
        default: return false
        }
    }

    private mutating func read(method frame: RawFrame) throws(LoadFailure) {
        guard frame.size >= 4 else { throw .violation("a method of \(frame.size) bytes") }
        guard frame.method == deliver else {
            if frame.method == BasicCancel.id { throw .violation("the consumer was cancelled") }
            return try LoadConnection.throwIfClosed(frame)
        }
        guard frame.size >= 5 else { throw .violation("a malformed basic.deliver") }
        let tagOffset = 5 + Int(frame.payload[4])
        guard frame.size > tagOffset + 8 else { throw .violation("a malformed basic.deliver") }
        deliveryTag = frame.uint64(at: tagOffset)
        if frame.payload[tagOffset + 8] & 1 != 0 { redelivered += 1 }
        if hasSeveralQueues { try readQueue(consumerTag: frame.payload[5..<tagOffset]) }
    }

    private mutating func readQueue(consumerTag: Slice<UnsafeRawBufferPointer>) throws(LoadFailure) {
        let digits = consumerTag.dropFirst()
        guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ (48...57).contains($0) }) else {
            throw .violation("a delivery to an unknown consumer")
        }
        queue = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private mutating func isWhole(header frame: RawFrame) throws(LoadFailure) -> Bool {
        guard frame.size >= 12 else { throw .violation("a malformed content header") }
        let announced = frame.uint64(at: 4)
        guard sizes.isEmpty || sizes.contains(announced) else {
            throw .violation("a body of \(announced) bytes, which nobody sent")
        }
        missingBytes = Int(clamping: announced)
        isFirstPart = true
        return announced == 0
    }

    private mutating func isLast(body: UnsafeRawBufferPointer, at now: UInt64) throws(LoadFailure) -> Bool {
        guard body.count <= missingBytes else { throw .violation("a body longer than its header says") }
        if isFirstPart, body.count >= MessageMark.byteCount { readMarks(body, at: now) }
        isFirstPart = false
        missingBytes -= body.count
        return missingBytes == 0
    }

    private mutating func readMarks(_ body: UnsafeRawBufferPointer, at now: UInt64) {
        let mark = MessageMark(rawValue: body.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        if !ledger.accepts(mark, queue: queue) { outOfOrder += 1 }
        guard mark.isOurs, body.count >= MessageMark.byteCountWithTime else { return }
        let sentAt = body.loadUnaligned(fromByteOffset: MessageMark.byteCount, as: UInt64.self)
        if sentAt >= measuredFrom { latencies.record(now > sentAt ? now - sentAt : 0) }
    }
}
