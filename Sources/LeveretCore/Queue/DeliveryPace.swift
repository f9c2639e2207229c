/// How fast a queue may deliver (`x-rate-limit`): evenly, with what was not used for a moment made up for.
///
/// Each message takes its share of a second. A queue that could not deliver for a while, or whose timer was late, may
/// deliver a tenth of a second's messages at once, so that timers of a millisecond do not lower the rate.
struct DeliveryPace {
    /// The highest rate, at which a message has a microsecond.
    static let highestRate: Int64 = 1_000_000
    private static let longestBurst: UInt64 = 100_000

    /// What each message takes, in microseconds.
    private let interval: UInt64
    /// By how much a message may be ahead of the even rate, in microseconds.
    private let tolerance: UInt64
    /// When the next message is due at the even rate, in microseconds since 1970.
    private var next: UInt64 = 0
    /// When the queue is looked at again, in milliseconds since 1970, if it waits.
    private(set) var waitsUntil = QueueEntry.noDeadline

    init(messagesPerSecond rate: UInt64) {
        interval = UInt64(Self.highestRate) / max(1, min(rate, UInt64(Self.highestRate)))
        tolerance = interval < Self.longestBurst ? Self.longestBurst - interval : 0
    }

    /// Whether a message may be delivered now. If not, the queue waits.
    mutating func admits(at milliseconds: UInt64) -> Bool {
        guard next > Self.microseconds(milliseconds) else { return true }
        waitsUntil = next / 1_000 + (next % 1_000 == 0 ? 0 : 1)
        return false
    }

    /// A message is delivered now.
    mutating func noteDelivery(at milliseconds: UInt64) {
        let now = Self.microseconds(milliseconds)
        next = max(next, now - min(now, tolerance)) + interval
    }

    /// The queue is looked at: it does not wait any more.
    mutating func endWait() { waitsUntil = QueueEntry.noDeadline }

    /// Half of all numbers are far beyond any time, and can be added to.
    private static func microseconds(_ milliseconds: UInt64) -> UInt64 { min(milliseconds, .max / 2_000) * 1_000 }
}
