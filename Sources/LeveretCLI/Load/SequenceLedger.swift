/// Checks that each producer's messages come to a consumer in the order in which they were published.
///
/// Messages of different queues or priorities overtake each other, so each line of them (a producer's messages at the
/// same place of its cycle) is followed on its own.
struct SequenceLedger {
    private let isStrict: Bool
    /// By producer: how many lines its messages form.
    private let cycles: [UInt64]
    /// By producer: where its lines begin among those of a queue.
    private let offsets: [Int]
    /// How many lines there are for each queue; 0 if a line belongs to one queue anyway.
    private let linesPerQueue: Int
    /// Numbers below this may follow any other: an earlier run has ended there and another begun.
    private let restarts: UInt64
    /// By line: the number that comes next.
    private var next: [UInt64]

    init(_ plan: LoadPlan, queues: Int) {
        isStrict = plan.isStrictlyOrdered
        let lengths =
            plan.startsEmpty
            ? (0..<plan.producers).map { plan.cycle(ofProducer: $0).length }
            : Array(repeating: plan.priorities, count: MessageMark.producerLimit)
        cycles = lengths.map(UInt64.init)
        offsets = lengths.indices.map { lengths[..<$0].reduce(0, +) }
        let lines = lengths.reduce(0, +)
        let isOneQueuePerLine = plan.startsEmpty && plan.route != .fanout
        linesPerQueue = isOneQueuePerLine ? 0 : lines
        restarts = plan.startsEmpty ? 0 : UInt64(plan.queues)
        next = Array(repeating: 0, count: isOneQueuePerLine ? lines : lines * queues)
        guard isStrict else { return }
        // The first message of a line has the line's number within its producer's cycle.
        for index in next.indices {
            let line = index % lines
            next[index] = UInt64(line - (offsets.last { $0 <= line } ?? 0))
        }
    }

    /// Whether the message may come now. `queue` counts from 0 among the consumer's queues.
    @inline(__always)
    mutating func accepts(_ mark: MessageMark, queue: Int) -> Bool {
        let producer = mark.producer
        guard mark.isOurs, producer < cycles.count else { return !isStrict }
        let sequence = mark.sequence
        let cycle = cycles[producer]
        let place = cycle == 1 ? 0 : Int(sequence % cycle)
        let index = queue * linesPerQueue + offsets[producer] + place
        let expected = next[index]
        next[index] = sequence + cycle
        return isStrict ? sequence == expected : sequence >= expected || sequence < restarts
    }
}
