/// A moment, in milliseconds since 1970. The core never reads a clock: every command brings its time.
package struct BrokerTime: Sendable, Hashable, Comparable {
    package var milliseconds: UInt64

    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    package static func < (lhs: BrokerTime, rhs: BrokerTime) -> Bool { lhs.milliseconds < rhs.milliseconds }

    package func advanced(byMilliseconds milliseconds: UInt64) -> BrokerTime {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return BrokerTime(milliseconds: overflow ? .max : sum)
    }
}
