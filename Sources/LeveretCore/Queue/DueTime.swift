import LeveretModel

/// When a message may be delivered.
struct DueTime {
    /// Headers that say something of it.
    static let headers: [StaticString] = ["x-delay", "x-deliver-at", "x-repeat-every", "x-repeat-cron"]

    /// In milliseconds since 1970; 0 is at once.
    var at: UInt64 = 0
    /// Whether it is the message that copies are made of, again and again.
    var repeats = false

    func isOver(at now: UInt64) -> Bool { !repeats && at <= now }
}

extension DueTime {
    /// The time that a publisher wants a message to be delivered at: header `x-deliver-at` (a timestamp in seconds, or
    /// an integer in milliseconds since 1970) or `x-delay` (in milliseconds from now). A message that is repeated is
    /// due at the first time of its repetition if it names none.
    init(of publishing: PublishingView, _ summary: PropertiesSummary, at now: UInt64) throws(AMQPError) {
        guard let range = summary.headers else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: publishing.properties[range])
        guard FieldTable.mayContain(anyOf: DueTime.headers, in: bytes),
            let headers = try? FieldTable(encoded: bytes)
        else { return }
        at = try DueTime.time(in: headers, at: now)
        guard let repetition = try Repetition(headers) else { return }
        repeats = true
        if at == 0 { at = repetition.first(after: now) }
    }

    private static func time(in headers: FieldTable, at now: UInt64) throws(AMQPError) -> UInt64 {
        if let value = headers["x-deliver-at"] { return try time(value, at: now) }
        guard let value = headers["x-delay"] else { return 0 }
        guard let delay = value.integer, delay <= Int64(QueueArguments.longestTime) else {
            throw invalid("x-delay", value)
        }
        return delay <= 0 ? 0 : now.addingClamping(UInt64(delay))
    }

    private static func time(_ value: FieldValue, at now: UInt64) throws(AMQPError) -> UInt64 {
        let time: UInt64
        switch value {
        case .timestamp(let seconds): time = seconds > .max / 1_000 ? .max : seconds * 1_000
        default:
            guard let milliseconds = value.integer else { throw invalid("x-deliver-at", value) }
            time = UInt64(clamping: milliseconds)
        }
        guard time <= now.addingClamping(QueueArguments.longestTime) else { throw invalid("x-deliver-at", value) }
        return time <= now ? 0 : time
    }

    private static func invalid(_ header: String, _ value: FieldValue) -> AMQPError {
        AMQPError(
            .preconditionFailed,
            "invalid value of header '\(header)' (\(value.typeName)): expected a time within ten years"
        )
    }
}
