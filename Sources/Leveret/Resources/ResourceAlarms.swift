import LeveretCore

/// Decides from figures which alarms are on.
///
/// An alarm ends only a tenth beyond its limit, so that it does not come and go with every message at the limit.
struct ResourceAlarms: Sendable, Hashable {
    private(set) var isMemoryShort = false
    private(set) var isDiskShort = false

    subscript(resource: Resource) -> Bool {
        switch resource {
        case .memory: isMemoryShort
        case .disk: isDiskShort
        }
    }

    /// Looks at the process's memory. Without a figure or a limit there is nothing to warn of.
    mutating func noteMemory(used: Int?, limit: Int?) {
        guard let used, let limit else {
            isMemoryShort = false
            return
        }
        isMemoryShort = isMemoryShort ? used > limit - limit / 10 : used > limit
    }

    /// Looks at the disk's free space. Without a figure or a limit there is nothing to warn of.
    mutating func noteDisk(free: Int?, limit: Int?) {
        guard let free, let limit else {
            isDiskShort = false
            return
        }
        let (end, isLarger) = limit.addingReportingOverflow(limit / 10)
        isDiskShort = isDiskShort ? free < (isLarger ? .max : end) : free < limit
    }
}
