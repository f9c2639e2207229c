/// Measures what a machine takes for the things that every durable broker does: forcing bytes to the disk, passing bytes
/// and turns between threads, opening connections. No broker is faster than the sum of those that it cannot do without.
struct MachineRun {
    /// Where files are made, and removed again.
    let directory: String
    /// For how long each thing is measured.
    let seconds: Double
    let progress = LoadProgress()

    /// Bytes of the pieces that are forced to the disk: the least that a commit takes, a page of the journal, and what
    /// a busy broker writes at once.
    private static let pieces = [4096, 16_384, 262_144]
    /// Exchanges of a client that logs in and opens a channel: the header and connection.start, start-ok and tune,
    /// tune-ok with open and open-ok, channel.open and open-ok.
    private static let exchangesOfLogin = 4
    /// Messages per second that are passed on by a thread: few, so that every thread falls asleep in between, and many.
    private static let relayRates = [5_000, 50_000]

    /// Throws `SystemError` if the system refuses something, `CancellationError` if it was interrupted.
    func execute() throws -> MachineResult {
        let total = Self.pieces.count * 2 + Self.relayRates.count + 5
        var line = ProgressLine("completed", "measurements", total: UInt64(total))
        defer { line.clear() }
        var forcedWrites: [MachineResult.ForcedWrites] = []
        // What was appended last is removed last.
        for isAppending in [false, true] {
            for bytes in Self.pieces {
                let run = ForcedWriteRun(bytes: bytes, isAppending: isAppending, run: self)
                forcedWrites.append(try completing(&line) { try run.execute() })
            }
        }
        let roundTrips = try completing(&line) { try RoundTripRun(run: self).execute() }
        let forcedAnswers = try completing(&line) { try ForcedAnswerRun(run: self).execute() }
        let relays = try Self.relayRates.map { rate in
            let latencies = try completing(&line) { try RelayRun(run: self, perSecond: rate).execute() }
            return MachineResult.Relay(perSecond: rate, latencies: latencies)
        }
        let wakes = try completing(&line) { try WakeRun(run: self).execute() }
        let connections = try [0, Self.exchangesOfLogin].map { exchanges in
            try completing(&line) { try ShortConnectionRun(exchanges: exchanges, run: self).execute() }
        }
        return MachineResult(
            directory: directory,
            fileSystem: FileSystemType.name(of: directory),
            seconds: seconds,
            forcedWrites: forcedWrites,
            roundTrips: roundTrips,
            forcedAnswers: forcedAnswers,
            relays: relays,
            wakes: wakes,
            connections: connections
        )
    }

    private func completing<Result>(_ line: inout ProgressLine, _ measure: () throws -> Result) throws -> Result {
        let result = try measure()
        if progress.isStopping { throw CancellationError() }
        progress.addSent(1)
        line.update(progress.sent)
        return result
    }
}

extension MachineRun {
    /// Does a thing over and over, for as long as a measurement lasts or until it gives `false`. Gives the seconds that
    /// it took.
    func measure(_ body: () throws -> Bool) throws -> Double {
        let start = MonotonicClock.now()
        let end = start + UInt64(seconds * 1_000_000_000)
        var now = start
        repeat {
            guard try body() else { break }
            now = MonotonicClock.now()
        } while now < end && !progress.isStopping
        return Double(MonotonicClock.now() - start) / 1_000_000_000
    }
}
