/// The publishings of one producer that wait for their confirm, and when each was sent.
struct ConfirmWindow {
    /// The number of the next publishing, from 1.
    private(set) var next: UInt64 = 1
    /// The number of publishings that are answered.
    private(set) var answered: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private(set) var latencies = LatencyHistogram()
    private let size: UInt64
    private let mask: UInt64
    /// Publishings sent before this do not count in the latencies.
    private let measuredFrom: UInt64
    private var lowest: UInt64 = 1
    /// By publish sequence modulo its length: when it was sent, 0 once answered.
    private var sentAt: [UInt64]

    init(size: Int, measuredFrom: UInt64 = 0) {
        self.measuredFrom = measuredFrom
        self.size = UInt64(max(size, 1))
        var capacity = 1024
        while capacity < size * 2 { capacity *= 2 }
        sentAt = [UInt64](repeating: 0, count: capacity)
        mask = UInt64(capacity - 1)
    }

    /// How many more may be sent now. Besides the window's size the ring bounds how far ahead of the oldest
    /// unanswered one a producer may go.
    var room: UInt64 {
        let waiting = next - 1 - answered
        let ahead = next - lowest
        guard waiting < size, ahead < mask else { return 0 }
        return min(size - waiting, mask - ahead)
    }

    /// So many more have been sent. `time` says from when a publishing's latency counts; publishings are numbered
    /// from 0 there.
    mutating func noteSent(_ count: UInt64, time: (UInt64) -> UInt64) {
        for sequence in next..<(next + count) { sentAt[Int(sequence & mask)] = max(time(sequence - 1), 1) }
        next += count
    }

    /// The broker has answered one publishing, or all up to it.
    mutating func answer(_ sequence: UInt64, multiple: Bool, refused isRefused: Bool, at time: UInt64)
        throws(LoadFailure)
    {
        guard sequence < next else { throw .violation("a confirm for publishing \(sequence), which was never sent") }
        guard sequence >= lowest else { return }
        let before = answered
        for number in (multiple ? lowest : sequence)...sequence { answerOne(number, at: time) }
        if isRefused { refused += answered - before }
        while lowest < next, sentAt[Int(lowest & mask)] == 0 { lowest += 1 }
    }

    private mutating func answerOne(_ sequence: UInt64, at time: UInt64) {
        let index = Int(sequence & mask)
        let sent = sentAt[index]
        guard sent != 0 else { return }
        sentAt[index] = 0
        answered += 1
        if sent >= measuredFrom { latencies.record(time > sent ? time - sent : 0) }
    }
}
