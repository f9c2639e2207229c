/// Why publishers have to wait.
struct BlockReasons {
    /// The journal cannot take batches for now.
    var journal: String?
    /// Messages that cannot leave memory have reached the limit.
    var isMessageMemoryFull = false
    /// The process has used up the memory that it may have.
    var isMemoryAlarmRaised = false
    /// The file system of the data directory is nearly full.
    var isDiskAlarmRaised = false
    /// Whether sessions have been told.
    var isAnnounced = false

    var isEmpty: Bool { journal == nil && !isMessageMemoryFull && !isMemoryAlarmRaised && !isDiskAlarmRaised }

    /// All of them in one line, in RabbitMQ's words where it knows the reason; `nil` if there is none.
    var text: String? {
        guard !isEmpty else { return nil }
        let low = (isMessageMemoryFull || isMemoryAlarmRaised ? ["memory"] : []) + (isDiskAlarmRaised ? ["disk"] : [])
        let reasons = (journal.map { [$0] } ?? []) + (low.isEmpty ? [] : ["low on " + low.joined(separator: " & ")])
        return reasons.joined(separator: "; ")
    }

    /// The alarms that are on.
    var alarms: [Resource] {
        Resource.allCases.filter { $0 == .memory ? isMemoryAlarmRaised : isDiskAlarmRaised }
    }

    mutating func setAlarm(_ resource: Resource, isRaised: Bool) {
        switch resource {
        case .memory: isMemoryAlarmRaised = isRaised
        case .disk: isDiskAlarmRaised = isRaised
        }
    }
}
