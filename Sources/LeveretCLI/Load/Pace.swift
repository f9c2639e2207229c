/// A constant rate from one moment on: when each message is due.
struct Pace: Sendable, Hashable {
    let start: UInt64
    /// Messages per nanosecond.
    private let rate: Double

    init(perSecond: Double, from start: UInt64) {
        self.start = start
        rate = perSecond / 1_000_000_000
    }

    /// How many messages are due at a moment, the first one at the start.
    func due(at now: UInt64) -> UInt64 { UInt64(Double(now - min(start, now)) * rate) + 1 }

    /// When the message with a number, from 0 on, is due.
    func moment(of number: UInt64) -> UInt64 { start + UInt64(Double(number) / rate) }
}
