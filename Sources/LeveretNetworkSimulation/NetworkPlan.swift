import LeveretCore
import LeveretSimulation

/// What a seed makes of a simulation with a network: sizes, limits, and how often what goes wrong. Each seed draws a
/// different subset, so that every combination is met sooner or later.
struct NetworkPlan {
    var steps: Int
    var isDurable: Bool
    var limits = CoreLimits()
    var frameMax: Int
    var frameSizes: [Int]
    /// The largest body that the server takes.
    var largestBody: Int
    /// Bodies are mostly about as long as so many frames.
    var framesPerBody: Int
    var outboundBytesMax: Int
    /// Bytes between both ends of a socket.
    var socketCapacities: [Int]
    /// The most bytes that go to the server, or come from it, at once.
    var chunks: [Int]
    var loops: Int
    var clients: Int
    var channelsPerClient: Int
    var queueNames: [String]
    var heartbeats: [Int]
    var longestRun: Int
    var prefetches: [Int]
    /// In percent.
    var confirms: Int
    var persistence: Int
    var mistakes: Int
    var slowReaders: Int
    var requeues: Int
    /// In a thousand steps.
    var departures: Int
    var crashes: Int
    var alarms: Int
    /// In percent of commits.
    var diskFull: Int
    var brokenDisk: Int
    /// In percent of steps in which it could be done.
    var commits: Int
    /// In milliseconds.
    var longestStep: Int

    /// To which messages go that may be taken without being acknowledged.
    static let looseQueue = "loose"
    static let fanout = "fan"

    init(drawnBy random: inout SeededGenerator) {
        steps = random.number(150...500)
        isDurable = random.chance(85)
        frameMax = random.one(of: 4096, 8192, 8192, 131_072)
        frameSizes = random.one(of: [4096], [4096, 5000], [4096, 8192, 131_072])
        framesPerBody = random.one(of: 0, 0, 1, 3)
        largestBody = random.one(of: 13_000, 16 << 20)
        outboundBytesMax = random.one(of: 5_000, 50_000, 8 << 20)
        socketCapacities = random.one(of: [1 << 20], [100, 5_000], [1, 30, 1 << 20], [20_000])
        chunks = random.one(of: [1 << 20], [1, 20, 300], [10, 5_000], [1, 100, 4_096, 1 << 20])
        loops = random.number(1...4)
        clients = random.number(1...5)
        channelsPerClient = random.number(1...4)
        queueNames = (0..<random.number(1...4)).map { "q\($0)" } + [Self.looseQueue]
        heartbeats = random.one(of: [0], [0, 2, 10], [1, 5])
        longestRun = random.one(of: 1, 5, 30)
        prefetches = random.one(of: [0], [1], [0, 1, 3], [2, 20])
        confirms = random.one(of: 0, 60, 100, 100)
        persistence = random.one(of: 0, 60, 100, 100)
        mistakes = random.one(of: 0, 0, 2, 5)
        slowReaders = random.one(of: 0, 30, 100)
        requeues = random.one(of: 0, 0, 20, 50)
        departures = random.one(of: 0, 0, 10, 30)
        crashes = random.one(of: 0, 0, 3, 10)
        alarms = random.one(of: 0, 0, 10)
        diskFull = random.one(of: 0, 0, 20)
        brokenDisk = random.one(of: 0, 0, 2)
        commits = random.one(of: 10, 50, 100)
        longestStep = random.one(of: 5, 200, 2_000)
        drawLimits(&random)
    }

    /// Whether publishers may have to wait until others have taken messages.
    var mayFillMemory: Bool { limits.pinnedBytes < 1 << 30 }

    private mutating func drawLimits(_ random: inout SeededGenerator) {
        limits.messageSize = largestBody
        limits.segmentCapacity = random.one(of: 1024, 16_384, 256 << 10)
        limits.sparseBytes = random.one(of: 0, 10_000, 64 << 20)
        limits.entriesInMemory = random.one(of: 1, 16, 1024)
        limits.residentBytes = random.one(of: 0, 16_384, 32 << 20)
        limits.outboundWindow = random.one(of: 300, 8_000, 1 << 20)
        limits.pinnedBytes = random.chance(20) ? 20_000 : 1 << 30
        limits.unstoredBytes = random.one(of: 5_000, 8 << 20)
        limits.unacknowledgedPerChannel = random.one(of: 3, 2_000_000)
    }
}
