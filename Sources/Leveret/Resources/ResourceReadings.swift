/// How much of each resource there is, as the monitor reads it.
package struct ResourceReadings: Sendable {
    /// Bytes of memory that this process may have.
    package var totalMemory: @Sendable () -> Int?
    /// Bytes of memory that it has. When asked to tidy up, it gives back first what it keeps and does not use.
    package var usedMemory: @Sendable (_ tidiesUp: Bool) -> Int?
    /// Bytes that are free on the file system of the data directory; `nil` without one.
    package var freeDisk: @Sendable () -> Int?

    package init(
        totalMemory: @escaping @Sendable () -> Int?,
        usedMemory: @escaping @Sendable (_ tidiesUp: Bool) -> Int?,
        freeDisk: @escaping @Sendable () -> Int?
    ) {
        self.totalMemory = totalMemory
        self.usedMemory = usedMemory
        self.freeDisk = freeDisk
    }

    /// The system's own figures.
    package static func system(dataDirectory: String?) -> ResourceReadings {
        ResourceReadings(
            totalMemory: { SystemMemory.total },
            usedMemory: { tidiesUp in
                if tidiesUp { SystemMemory.giveBackUnused() }
                return SystemMemory.used
            },
            freeDisk: { dataDirectory.flatMap(FileSystem.freeBytes) }
        )
    }
}
