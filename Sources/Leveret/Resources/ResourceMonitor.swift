import LeveretCore
package import Logging

/// Watches memory and disk on a thread of its own, and raises and clears the core's alarms.
package final class ResourceMonitor: Sendable {
    private struct Inbox {
        var limits: ResourceLimits
        var alarms = ResourceAlarms()
        var figures = ResourceFigures()
        var isRunning = false
        var isStopping = false
    }

    private let readings: ResourceReadings
    private let driver: CoreDriver
    private let logger: Logger
    private let thread: WorkerThread<Inbox>
    /// One look at a time, so that what the core is told last is what was seen last.
    private let lookLock = CoreLock()

    package init(limits: ResourceLimits, readings: ResourceReadings, driver: CoreDriver, logger: Logger) {
        self.readings = readings
        self.driver = driver
        self.logger = logger
        thread = WorkerThread(inbox: Inbox(limits: limits))
    }

    /// Takes the first look, so that no message is taken that there is no room for.
    package func start() {
        look()
        watchIfNeeded()
    }

    /// A broker without limits needs no thread for them.
    private func watchIfNeeded() {
        let isFirst = thread.inspect { inbox -> Bool in
            guard !inbox.isRunning, !inbox.isStopping, inbox.limits != ResourceLimits() else { return false }
            inbox.isRunning = true
            return true
        }
        guard isFirst else { return }
        thread.start { [self] in
            while !isToldToStop(within: ResourceMonitor.pause(after: figures)) { look() }
        }
    }

    package func stop() {
        thread.update { $0.isStopping = true }
        thread.join()
    }

    /// What was seen last, and the limits.
    package var figures: ResourceFigures { thread.inspect { $0.figures } }

    package var limits: ResourceLimits { thread.inspect { $0.limits } }

    /// Changes the limits; alarms that follow from it are on, or off, when this returns.
    package func change(_ change: (inout ResourceLimits) -> Void) {
        thread.update { change(&$0.limits) }
        look()
        watchIfNeeded()
    }

    /// Reads the figures and tells the core what has changed.
    package func look() {
        lookLock.withLock {
            let (limits, before) = thread.inspect { ($0.limits, $0.alarms) }
            let figures = ResourceFigures(readings, limits, tidiesUp: before.isMemoryShort)
            var alarms = before
            alarms.noteMemory(used: figures.usedMemory, limit: figures.memoryLimit)
            alarms.noteDisk(free: figures.freeDisk, limit: figures.diskFreeLimit)
            // Nothing to wake the thread for, which is this one or sleeps until its next look.
            thread.inspect { inbox in
                inbox.alarms = alarms
                inbox.figures = figures
            }
            for resource in Resource.allCases where alarms[resource] != before[resource] {
                tell(resource, isRaised: alarms[resource], figures)
            }
        }
    }

    private func tell(_ resource: Resource, isRaised: Bool, _ figures: ResourceFigures) {
        driver.perform { $0.apply(.resourceAlarm(resource, isRaised: isRaised)) }
        logger.warning(
            "\(resource.rawValue) resource limit alarm \(isRaised ? "set: publishers have to wait" : "cleared")",
            metadata: figures.metadata(of: resource)
        )
    }

    private func isToldToStop(within milliseconds: Int) -> Bool {
        thread.wait(.milliseconds(milliseconds)) { $0.isStopping ? true : nil } ?? false
    }

    /// A second, but less if the disk might be full before: nobody writes more than 250 MB a second for long.
    static func pause(after figures: ResourceFigures) -> Int {
        guard let free = figures.freeDisk, let limit = figures.diskFreeLimit, free > limit else { return 1000 }
        return min(1000, max(100, (free - limit) / 250_000))
    }
}
