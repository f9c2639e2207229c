/// Two threads that wake each other in turn.
struct WakeRun {
    let run: MachineRun

    func execute() throws -> LatencyHistogram {
        let turns = Turns()
        let other = try NativeThread.start { turns.answerUntilEnd() }
        defer {
            turns.end()
            other.join()
        }
        var latencies = LatencyHistogram()
        _ = try run.measure {
            latencies.record(turns.passAndWait())
            return true
        }
        return latencies
    }
}
