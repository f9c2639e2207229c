import LeveretModel

/// How long a message that comes back waits before it is delivered again.
struct RetryPolicy: Hashable {
    /// Which messages wait (`x-delayed-retry-type`).
    enum Kind: String {
        case disabled
        /// Those that a consumer rejected or lost.
        case failed
        /// Those that a consumer only gave back.
        case returned
        case all
    }

    /// How the wait grows with each return (`x-delayed-retry-backoff`).
    enum Backoff: String {
        /// The shortest wait times the number of returns.
        case linear
        /// The shortest wait, doubled with each further return.
        case exponential
    }

    var kind: Kind
    /// In milliseconds.
    var shortest: UInt64
    /// In milliseconds; the wait grows no further.
    var longest: UInt64
    var backoff: Backoff
    /// By how many percent at the most a wait is shortened by chance, so that messages do not all return at once.
    var jitter: UInt64

    /// The wait when nothing else is said.
    static let defaultShortest: UInt64 = 1_000

    /// Reads a queue's arguments; `nil` if messages do not wait.
    init?(_ arguments: FieldTable) {
        guard let kind = arguments["x-delayed-retry-type"]?.string.flatMap(Kind.init), kind != .disabled else {
            return nil
        }
        self.kind = kind
        shortest = RetryPolicy.defaultShortest
        longest = QueueArguments.longestTime
        backoff = .linear
        jitter = 0
        override(with: arguments)
    }

    /// A message's own headers of the same names go before the queue's arguments.
    mutating func override(with table: FieldTable) {
        if let value = RetryPolicy.time(table["x-delayed-retry-min"]) { shortest = value }
        if let value = RetryPolicy.time(table["x-delayed-retry-max"]) { longest = value }
        if let value = table["x-delayed-retry-backoff"]?.string.flatMap(Backoff.init) { backoff = value }
        if let value = table["x-delayed-retry-jitter"]?.integer { jitter = UInt64(min(max(0, value), 100)) }
    }

    private static func time(_ value: FieldValue?) -> UInt64? {
        guard let integer = value?.integer, integer >= 0 else { return nil }
        return min(UInt64(integer), QueueArguments.longestTime)
    }

    func applies(toFailure isFailure: Bool) -> Bool {
        switch kind {
        case .disabled: false
        case .failed: isFailure
        case .returned: !isFailure
        case .all: true
        }
    }

    /// The wait after so many returns, in milliseconds.
    func delay(afterReturns returns: UInt32, using generator: inout SeededGenerator) -> UInt64 {
        let steps = UInt64(max(1, returns))
        let full: UInt64
        switch backoff {
        case .linear: full = shortest.multipliedClamping(by: steps)
        case .exponential: full = shortest.multipliedClamping(by: 1 << min(steps - 1, 62))
        }
        let delay = min(full, longest)
        let spread = delay / 100 * jitter + delay % 100 * jitter / 100
        return spread == 0 ? delay : delay - generator.next() % (spread + 1)
    }
}

extension UInt64 {
    fileprivate func multipliedClamping(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
