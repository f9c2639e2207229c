/// What a machine takes for the things that every durable broker does.
struct MachineResult: Sendable {
    /// Pieces of one size that were written and forced to the disk, one after the other.
    struct ForcedWrites: Sendable {
        /// Of each piece.
        let bytes: Int
        /// Whether each made the file longer; otherwise it went over bytes that were there and forced before.
        let isAppending: Bool
        let seconds: Double
        /// From the write to the return of fdatasync; in nanoseconds.
        let latencies: LatencyHistogram

        var bytesPerSecond: Double { seconds > 0 ? Double(latencies.count) * Double(bytes) / seconds : 0 }
        /// How many messages of 1 KiB have room in what is written in a second.
        var messagesPerSecond: Double { bytesPerSecond / 1024 }
    }

    /// Small messages that a thread received over TCP and passed on to another one.
    struct Relay: Sendable {
        let perSecond: Int
        /// From the moment at which a message was due until it was received; in nanoseconds.
        let latencies: LatencyHistogram
    }

    /// TCP connections that were opened and closed, one after the other.
    struct Connections: Sendable {
        /// Requests with an answer over each connection.
        let exchanges: Int
        let seconds: Double
        /// From connecting to the last answer, closing left out; in nanoseconds.
        let openLatencies: LatencyHistogram

        /// Connections opened and closed per second.
        var rate: Double { seconds > 0 ? Double(openLatencies.count) / seconds : 0 }
    }

    /// Where the files were.
    let directory: String
    /// The kind of its file system, where the system tells.
    let fileSystem: String?
    /// For how long each thing was measured.
    let seconds: Double
    let forcedWrites: [ForcedWrites]
    /// From sending some bytes to another thread over TCP until they were back; in nanoseconds.
    let roundTrips: LatencyHistogram
    /// The same, when each answer waited for another thread to force 4 KiB to the disk; in nanoseconds.
    let forcedAnswers: LatencyHistogram
    let relays: [Relay]
    /// From waking a thread that waits at a condition variable until it goes on; in nanoseconds.
    let wakes: LatencyHistogram
    let connections: [Connections]
}
