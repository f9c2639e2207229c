import Logging
import LeveretCore

/// What the monitor saw when it last looked, and the limits in bytes.
package struct ResourceFigures: Sendable, Hashable {
    package var usedMemory: Int?
    package var memoryLimit: Int?
    package var freeDisk: Int?
    package var diskFreeLimit: Int?
}

extension ResourceFigures {
    /// Reads only what there is a limit for.
    init(_ readings: ResourceReadings, _ limits: ResourceLimits, tidiesUp: Bool) {
        let total = readings.totalMemory()
        if let limit = limits.memory {
            usedMemory = readings.usedMemory(tidiesUp)
            memoryLimit = total.map(limit.bytes) ?? limit.bytesWithoutMemory
        }
        if let limit = limits.diskFree {
            freeDisk = readings.freeDisk()
            diskFreeLimit = total.map(limit.bytes) ?? limit.bytesWithoutMemory
        }
    }

    func metadata(of resource: Resource) -> Logger.Metadata {
        switch resource {
        case .memory: ["leveret_used": "\(usedMemory ?? 0)", "leveret_limit": "\(memoryLimit ?? 0)"]
        case .disk: ["leveret_free": "\(freeDisk ?? 0)", "leveret_limit": "\(diskFreeLimit ?? 0)"]
        }
    }
}

extension ResourceLimits.Amount {
    /// On a system that does not say how much memory it has.
    fileprivate var bytesWithoutMemory: Int? {
        if case .bytes(let count) = self { max(0, count) } else { nil }
    }
}
