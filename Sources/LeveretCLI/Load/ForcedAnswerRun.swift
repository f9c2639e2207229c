/// Sends some bytes over TCP to a thread that answers when another one has forced bytes to the disk: a durable broker that
/// does nothing else.
struct ForcedAnswerRun {
    let run: MachineRun

    /// The least that a commit takes.
    static let bytes = 4096

    func execute() throws -> LatencyHistogram {
        let pieces = try ForcedPieces(of: Self.bytes, in: run.directory)
        let turns = Turns()
        let disk = try NativeThread.start { turns.answerUntilEnd(pieces.forceNext) }
        let latencies = Result { try RoundTripRun(run: run, beforeAnswering: { _ = turns.passAndWait() }).execute() }
        turns.end()
        disk.join()
        if let failure = pieces.failure { throw failure }
        return try latencies.get()
    }
}

/// Goes over and over a file, and forces one piece of it to the disk at a time.
private final class ForcedPieces: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the failure.
    private(set) var failure: (any Error)?
    private let file: ScratchFile
    private let content: [UInt8]
    private var offset = 0

    init(of bytes: Int, in directory: String) throws {
        content = ForcedWriteRun.noise(bytes)
        file = try ScratchFile(in: directory)
        try content.withUnsafeBytes { content in
            for offset in stride(from: 0, to: ForcedWriteRun.regionBytes, by: bytes) {
                try file.write(content, at: offset)
            }
        }
        try file.force()
    }

    func forceNext() {
        guard failure == nil else { return }
        do {
            try content.withUnsafeBytes { try file.write($0, at: offset) }
            try file.force()
        } catch {
            failure = error
        }
        offset = (offset + content.count) % ForcedWriteRun.regionBytes
    }
}
