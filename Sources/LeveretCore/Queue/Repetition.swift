import LeveretModel

/// How a message is repeated, as its header says: `x-repeat-every` (in milliseconds) or `x-repeat-cron` (the five
/// fields of cron, in UTC).
enum Repetition: Hashable {
    case every(UInt64)
    case cron(CronSchedule)

    private static let everyHeader = "x-repeat-every"
    private static let cronHeader = "x-repeat-cron"
    /// The shortest time between two copies, in milliseconds.
    private static let shortest: UInt64 = 100

    /// `nil` if the message is not repeated.
    init?(_ headers: FieldTable) throws(AMQPError) {
        if let value = headers[Self.cronHeader] {
            guard let schedule = value.string.flatMap(CronSchedule.init) else {
                throw Self.refused(Self.cronHeader, value, "the five fields of cron, of a time that comes")
            }
            self = .cron(schedule)
        } else if let value = headers[Self.everyHeader] {
            guard let time = value.integer.flatMap(UInt64.init(exactly:)),
                (Self.shortest...QueueArguments.longestTime).contains(time)
            else {
                throw Self.refused(Self.everyHeader, value, "milliseconds from \(Self.shortest) to ten years")
            }
            self = .every(time)
        } else {
            return nil
        }
    }

    private static func refused(_ header: String, _ value: FieldValue, _ expected: String) -> AMQPError {
        AMQPError(
            .preconditionFailed,
            "invalid value of header '\(header)' (\(value.typeName)): expected \(expected)"
        )
    }

    /// When the first copy is due, all in milliseconds since 1970.
    func first(after now: UInt64) -> UInt64 {
        switch self {
        case .every(let time): now.addingClamping(time)
        case .cron(let schedule): schedule.next(after: now) ?? .max
        }
    }

    /// When the next copy is due after the one that was due then. What has been missed is left out.
    func next(after dueAt: UInt64, now: UInt64) -> UInt64 {
        switch self {
        case .every(let time):
            let missed = now > dueAt ? (now - dueAt) / time : 0
            return dueAt.addingClamping((missed + 1) * time)
        case .cron(let schedule): return schedule.next(after: max(dueAt, now)) ?? .max
        }
    }
}
