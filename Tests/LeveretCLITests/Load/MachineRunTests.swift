import FoundationEssentials
import Testing

@testable import LeveretCLI

struct MachineRunTests {
    @Test func `everything is measured, and no file is left`() throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let result = try MachineRun(directory: temporary.path, seconds: 0.01).execute()
        #expect(result.forcedWrites.map(\.bytes) == [4096, 16_384, 262_144, 4096, 16_384, 262_144])
        #expect(result.forcedWrites.map(\.isAppending) == [false, false, false, true, true, true])
        for writes in result.forcedWrites { #expect(writes.latencies.count > 0 && writes.bytesPerSecond > 0) }
        #expect(result.roundTrips.count > 0)
        #expect(result.forcedAnswers.count > 0)
        #expect(result.relays.map(\.perSecond) == [5_000, 50_000])
        for relay in result.relays { #expect(relay.latencies.count > 0) }
        #expect(result.wakes.count > 0)
        #expect(result.connections.map(\.exchanges) == [0, 4])
        for connections in result.connections { #expect(connections.openLatencies.count > 0 && connections.rate > 0) }
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(left == [])
    }

    @Test func `a directory that cannot be written to is named`() {
        let error = #expect(throws: SystemError.self) {
            try MachineRun(directory: "/dev/null", seconds: 0.01).execute()
        }
        #expect(error?.description == "cannot make a file in /dev/null: Not a directory")
    }

    @Test func `an interrupted run ends without a result and leaves no file`() throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let run = MachineRun(directory: temporary.path, seconds: 60)
        run.progress.interrupt()
        #expect(throws: CancellationError.self) { try run.execute() }
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(left == [])
    }
}
