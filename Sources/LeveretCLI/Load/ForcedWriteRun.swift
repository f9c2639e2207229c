/// Writes pieces of one size into a file, and forces each to the disk before it writes the next one.
struct ForcedWriteRun {
    /// Of each piece.
    let bytes: Int
    /// Whether each piece makes the file longer; otherwise they go over and over a part of it that is there already.
    let isAppending: Bool
    let run: MachineRun

    /// How much of the file is written over.
    static let regionBytes = 16 << 20
    /// How long an appended file may become; the measurement ends there.
    private static let appendedBytes = 512 << 20

    func execute() throws -> MachineResult.ForcedWrites {
        let file = try ScratchFile(in: run.directory)
        let content = Self.noise(bytes)
        let limit = isAppending ? Self.appendedBytes : Self.regionBytes
        var latencies = LatencyHistogram()
        let seconds = try content.withUnsafeBytes { content in
            if !isAppending {
                for offset in stride(from: 0, to: limit, by: bytes) { try file.write(content, at: offset) }
            }
            try file.force()
            var offset = 0
            return try run.measure {
                let start = MonotonicClock.now()
                try file.write(content, at: offset)
                try file.force()
                latencies.record(MonotonicClock.now() - start)
                offset += bytes
                if offset < limit { return true }
                offset = 0
                return !isAppending
            }
        }
        return MachineResult.ForcedWrites(
            bytes: bytes,
            isAppending: isAppending,
            seconds: seconds,
            latencies: latencies
        )
    }

    /// Bytes that no file system can make smaller.
    static func noise(_ bytes: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<bytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
