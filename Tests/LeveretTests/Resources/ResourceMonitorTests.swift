import LeveretCore
import Logging
import Synchronization
import Testing

@testable import Leveret

/// The monitor with figures that the test gives.
@Suite struct ResourceMonitorTests {
    private let broker: Broker
    private let machine = Machine()
    private let monitor: ResourceMonitor

    init() throws {
        broker = try Broker()
        monitor = ResourceMonitor(
            limits: ResourceLimits(memory: .partOfMemory(0.6), diskFree: .bytes(500)),
            readings: machine.readings,
            driver: broker.driver,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private var alarms: [Resource] { broker.driver.inspect { $0.report().alarms } }

    @Test func `what the machine runs short of is an alarm until there is enough again`() {
        monitor.look()
        #expect(alarms.isEmpty)
        machine.set(used: 601, free: 499)
        monitor.look()
        #expect(alarms == [.memory, .disk])
        machine.set(used: 100, free: 499)
        monitor.look()
        #expect(alarms == [.disk])
        machine.set(used: 100, free: 600)
        monitor.look()
        #expect(alarms.isEmpty)
    }

    @Test func `memory that is only kept is given back before an alarm goes on`() {
        machine.set(used: 601, free: 1000)
        monitor.look()
        #expect(machine.tidyings == 0)
        monitor.look()
        #expect(machine.tidyings == 1)
    }

    @Test func `a new limit counts when the call returns`() {
        monitor.change { $0.memory = .bytes(0) }
        #expect(alarms == [.memory])
        monitor.change { $0.memory = .partOfMemory(0.6) }
        #expect(alarms.isEmpty)
        monitor.stop()
    }

    @Test func `a publisher in process waits until the alarm is over`() async throws {
        machine.set(used: 1000, free: 1000)
        monitor.look()
        try await broker.withChannel { channel in
            let queue = try await channel.declareQueue("q", .transient)
            async let published: Void = channel.publish("late", to: queue.name)
            #expect(try await channel.inspectQueue("q").messageCount == 0)
            machine.set(used: 0, free: 1000)
            monitor.look()
            try await published
            #expect(try await channel.inspectQueue("q").messageCount == 1)
        }
        await broker.shutDown()
    }

    @Test(arguments: [(400, 1000), (500, 1000), (600, 100), (50_000_500, 200), (1_000_000_000, 1000)])
    func `the nearer the disk is to its limit, the sooner comes the next look`(free: Int, milliseconds: Int) {
        var figures = ResourceFigures()
        #expect(ResourceMonitor.pause(after: figures) == 1000)
        figures.freeDisk = free
        figures.diskFreeLimit = 500
        #expect(ResourceMonitor.pause(after: figures) == milliseconds)
    }
}

/// Figures that a test sets.
private final class Machine: Sendable {
    private struct Figures {
        var used = 100
        var free = 1000
        var tidyings = 0
    }

    private let figures = Mutex(Figures())

    var tidyings: Int { figures.withLock { $0.tidyings } }

    func set(used: Int, free: Int) {
        figures.withLock {
            $0.used = used
            $0.free = free
        }
    }

    var readings: ResourceReadings {
        ResourceReadings(
            totalMemory: { 1000 },
            usedMemory: { tidiesUp in
                self.figures.withLock {
                    if tidiesUp { $0.tidyings += 1 }
                    return $0.used
                }
            },
            freeDisk: { self.figures.withLock { $0.free } }
        )
    }
}
