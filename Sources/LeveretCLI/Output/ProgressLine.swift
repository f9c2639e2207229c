/// One line on standard error that tells how far long work has come; nothing if nobody looks at it, and nothing
/// before the work has lasted a second.
struct ProgressLine {
    private let stream: OutputStream
    private let isShown: Bool
    private let noun: String
    private let verb: String
    private let total: UInt64?
    private let start: UInt64
    private var nextUpdate: UInt64
    private var hasLine = false

    private static let interval: UInt64 = 200_000_000
    private static let delay: UInt64 = 1_000_000_000

    init(
        _ verb: String,
        _ noun: String,
        total: UInt64?,
        stream: OutputStream = .standardError,
        now: UInt64 = MonotonicClock.now()
    ) {
        self.stream = stream
        self.verb = verb
        self.noun = noun
        self.total = total
        isShown = stream.isTerminal
        start = now
        nextUpdate = now + Self.delay
    }

    /// Shows the count if it is time to.
    mutating func update(_ count: UInt64) {
        guard isShown else { return }
        let now = MonotonicClock.now()
        guard now >= nextUpdate else { return }
        nextUpdate = now + Self.interval
        hasLine = true
        let line = Self.text(verb, noun, count, of: total, after: now - start)
        // What cannot be shown is no reason to stop.
        try? stream.write(Array("\r\u{1B}[K\(line.prefix(max(1, stream.columns - 1)))".utf8))
    }

    /// Removes the line.
    mutating func clear() {
        guard hasLine else { return }
        hasLine = false
        try? stream.write(Array("\r\u{1B}[K".utf8))
    }

    /// `published 120,000 of 1,000,000 messages, 85,000/s, 12 %`
    static func text(
        _ verb: String,
        _ noun: String,
        _ count: UInt64,
        of total: UInt64?,
        after nanoseconds: UInt64
    ) -> String {
        let seconds = Double(nanoseconds) / 1_000_000_000
        let rate = seconds > 0 ? NumberText.fixed(Double(count) / seconds) : "0"
        guard let total, total > 0 else { return "\(verb) \(NumberText.grouped(count)) \(noun), \(rate)/s" }
        let percent = NumberText.fixed(Double(count) * 100 / Double(total))
        return "\(verb) \(NumberText.grouped(count)) of \(NumberText.grouped(total)) \(noun), \(rate)/s, \(percent) %"
    }
}
