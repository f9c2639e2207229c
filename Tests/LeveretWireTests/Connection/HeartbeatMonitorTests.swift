import LeveretWire
import Testing

struct HeartbeatMonitorTests {
    @Test func `a silent connection sends every half interval and gives up after two`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 1000)
        #expect(monitor.check(at: 1000) == .wait(until: 6000))
        #expect(monitor.check(at: 5999) == .wait(until: 6000))
        #expect(monitor.check(at: 6000) == .send)
        #expect(monitor.check(at: 6000) == .wait(until: 11_000))
        #expect(monitor.check(at: 11_003) == .send)
        #expect(monitor.check(at: 11_003) == .wait(until: 16_003))
        #expect(monitor.check(at: 16_003) == .send)
        #expect(monitor.check(at: 16_003) == .wait(until: 21_000))
        #expect(monitor.check(at: 20_999) == .wait(until: 21_000))
        #expect(monitor.check(at: 21_000) == .timedOut)
    }

    @Test func `anything that is sent puts the next heartbeat off`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 0)
        monitor.sent(at: 4000)
        #expect(monitor.check(at: 5000) == .wait(until: 9000))
        #expect(monitor.check(at: 9000) == .send)
    }

    @Test func `anything that is received keeps the peer alive`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 0)
        monitor.sent(at: 19_000)
        monitor.received(at: 19_000)
        #expect(monitor.check(at: 20_000) == .wait(until: 24_000))
        monitor.sent(at: 38_000)
        #expect(monitor.check(at: 38_999) == .wait(until: 39_000))
        #expect(monitor.check(at: 39_000) == .timedOut)
    }

    @Test func `while reading is paused the peer's silence does not count but heartbeats go on`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 0)
        monitor.pause()
        #expect(monitor.check(at: 100_000) == .send)
        #expect(monitor.check(at: 100_000) == .wait(until: 105_000))
        monitor.resume(at: 101_000)
        monitor.sent(at: 120_000)
        #expect(monitor.check(at: 120_999) == .wait(until: 121_000))
        #expect(monitor.check(at: 121_000) == .timedOut)
    }

    @Test func `resuming what was not paused changes nothing`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 0)
        monitor.resume(at: 15_000)
        monitor.sent(at: 20_000)
        #expect(monitor.check(at: 20_000) == .timedOut)
    }

    @Test func `an interval of zero never asks for anything`() {
        var monitor = HeartbeatMonitor(seconds: 0, at: 0)
        #expect(monitor.check(at: 1 << 40) == .wait(until: .max))
    }

    @Test func `a clock that steps back does no harm`() {
        var monitor = HeartbeatMonitor(seconds: 10, at: 50_000)
        monitor.received(at: 1000)
        monitor.sent(at: 1000)
        #expect(monitor.check(at: 50_001) == .wait(until: 55_000))
    }
}
