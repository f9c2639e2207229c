package import LeveretCore
package import LeveretModel

/// What a seed makes of a simulation: its limits, its features and how often faults come. Each seed draws a
/// different subset, so that every combination is met sooner or later.
package struct Plan: Sendable {
    package var steps: Int
    package var limits = CoreLimits()
    package var isDurable: Bool
    package var sessions: Int
    package var queueNames: [String]
    package var exchangeNames: [String]
    /// In percent: how often a declare is durable, a publishing persistent, a channel in confirm mode.
    package var durability: Int
    package var persistence: Int
    package var confirms: Int
    /// In percent: how many of the channels that could have confirms have transactions.
    package var transactions: Int
    /// In percent: how many methods of each kind are wrong on purpose.
    package var mistakes: Int
    package var largestBody: Int
    package var longestRun: Int
    package var prefetches: [UInt16]
    package var usesConsumers: Bool
    package var usesPriorities: Bool
    /// What queues do with their messages, in the order of their names.
    package var queueArguments: [FieldTable] = []
    /// Of the first exchange.
    package var exchangeArguments = FieldTable()
    /// In percent: how many publishings are delayed, and how many can be told from others.
    package var delays: Int
    package var deduplications: Int
    /// In percent of steps: how often what can be told from others comes again before it is durable.
    package var repetitions: Int
    /// Whether a message may have to be read from the journal before it can be moved: then the journal reads at once,
    /// and time passes in a step of its own, so that it can be foretold when messages arrive where they are moved to.
    package var movesMessages = false
    /// In percent: how many publishings have a time to live, and how many a priority.
    package var expirations: Int
    package var messagePriorities: Int
    /// In milliseconds: the most that passes from one step to the next, and the times to live of this seed.
    package var longestStep: Int
    package var timesToLive: [Int]
    package var usesExchangesToExchanges: Bool
    /// Whether a client goes on before it has been answered.
    package var pipelines: Bool
    package var drainsSlowly: Bool
    /// In percent of steps.
    package var crashes: Int
    package var diskFull: Int
    package var brokenDisk: Int
    package var alarms: Int
    /// The most steps for which a batch, or a segment asked for, is under way.
    package var journalDelay: Int
    /// In percent: how often a batch is cut when the journal is idle.
    package var cuts: Int

    package init(drawnBy random: inout SeededGenerator) {
        steps = random.number(100...300)
        isDurable = !random.chance(12)
        sessions = random.number(1...4)
        queueNames = (0..<random.number(1...5)).map { "q\($0)" }
        exchangeNames = (0..<random.number(1...4)).map { "x\($0)" }
        durability = random.one(of: 0, 50, 80, 100)
        persistence = random.one(of: 0, 50, 90, 100)
        confirms = random.one(of: 0, 50, 100)
        transactions = random.one(of: 0, 0, 30, 100)
        mistakes = random.one(of: 0, 1, 5)
        largestBody = random.one(of: 8, 40, 300, 3000)
        longestRun = random.one(of: 1, 5, 20)
        prefetches = random.one(of: [0], [1], [0, 1, 2, 5], [3, 10])
        usesConsumers = random.chance(85)
        usesPriorities = random.chance(30)
        usesExchangesToExchanges = random.chance(40)
        pipelines = random.chance(30)
        drainsSlowly = random.chance(40)
        crashes = random.one(of: 0, 1, 3)
        diskFull = random.one(of: 0, 0, 5)
        brokenDisk = random.one(of: 0, 0, 1)
        alarms = random.one(of: 0, 0, 3)
        journalDelay = random.one(of: 0, 1, 5, 20)
        cuts = random.one(of: 15, 60, 100)
        expirations = random.one(of: 0, 0, 20, 60)
        messagePriorities = random.one(of: 0, 50, 100)
        delays = random.one(of: 0, 0, 0, 30)
        deduplications = random.one(of: 0, 0, 70)
        repetitions = deduplications == 0 ? 0 : random.one(of: 0, 20, 50)
        longestStep = random.one(of: 5, 50, 50, 2_000)
        timesToLive = random.one(of: [0], [1, 20], [0, 10, 300], [50, 1_000, 5_000])
        drawLimits(&random)
        drawRules(&random)
    }

    private mutating func drawLimits(_ random: inout SeededGenerator) {
        limits.segmentCapacity = random.one(of: 256, 1024, 8192, 256 << 10)
        limits.sparseBytes = random.one(of: 0, 4096, 64 << 20)
        limits.entriesInMemory = random.one(of: 1, 3, 16, 1024)
        limits.residentBytes = random.one(of: 0, 2048, 16384, 128 << 20)
        limits.outboundWindow = random.one(of: 64, 500, 4096, 1 << 20)
        limits.unacknowledgedPerChannel = random.one(of: 2, 10, 2_000_000)
        limits.pinnedBytes = random.chance(20) ? random.one(of: 4096, 65536) : 1 << 30
        limits.messageSize = largestBody
    }
}
