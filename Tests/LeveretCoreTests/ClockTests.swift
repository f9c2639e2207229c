import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// The driver hands the core a time that never jumps while the broker runs (`BrokerClock.system`); between two runs the
/// system's clock may have been set.
@Suite struct ClockTests {
    private func core() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.publish("mortal", key: "q", persistent: true, expiration: "1000")
        try core.publish("later", key: "q", persistent: true, headers: ["x-delay": 1_000])
        try core.publish("immortal", key: "q", persistent: true)
        return core
    }

    @Test func `a time that lies before an earlier one counts as the earlier one`() throws {
        let core = try core()
        let start = core.host.time
        try core.wait(milliseconds: 999)
        core.host.time = BrokerTime(milliseconds: 0)
        #expect(try core.apply(.tick).texts == [])
        core.host.time = start.advanced(byMilliseconds: 1_000)
        try core.apply(.tick)
        #expect(try core.drain("q") == ["immortal", "later"])
    }

    @Test func `after a restart with the clock set back, messages live and wait until it comes to their time`() throws {
        let core = try core()
        let end = core.host.time.advanced(byMilliseconds: 1_000)
        let again = try CoreHarness(journal: core.journal, time: BrokerTime(milliseconds: 1_000))
        #expect(try again.drain("q") == ["mortal", "immortal"])
        again.host.time = end
        try again.apply(.tick)
        #expect(try again.drain("q") == ["later"])
    }

    @Test func `after a restart with the clock set ahead, what it has passed is over, and nothing else is lost`() throws
    {
        let again = try core().restarted(afterMilliseconds: 1_000_000_000)
        #expect(try again.drain("q") == ["immortal", "later"])
    }
}
