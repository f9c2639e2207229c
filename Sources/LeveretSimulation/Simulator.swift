import LeveretCore
import LeveretModel

/// Runs one core, its clients and its journal from one seed, with the model as judge.
package final class Simulator {
    package let seed: UInt64
    let plan: Plan
    private var random: SeededGenerator
    private var workload: Workload
    private let model: ModelBroker
    private var host: CoreHost
    private var journal: SimulatedJournal
    private var underWay: (batch: JournalBatch, content: [[UInt8]], steps: Int)?
    private var loads: [(segment: SegmentID, steps: Int)] = []
    private var step = 0
    private var starts: UInt64 = 0
    private var trace = Trace()
    private var history: [String] = []
    private var latestContents: Set<String> = []
    private let linesKept: Int
    /// Counted for the test that shows that the simulation reaches what it is for.
    package private(set) var coverage = Coverage()

    /// Descriptions of what happens cost more than everything else: a seed is run again with them when it failed.
    package init(seed: UInt64, linesKept: Int = 0) throws {
        self.seed = seed
        self.linesKept = linesKept
        random = SeededGenerator(seed: seed)
        plan = Plan(drawnBy: &random)
        workload = Workload(plan: plan, random: SeededGenerator(seed: random.next()))
        model = ModelBroker(limits: plan.limits, isDurable: plan.isDurable)
        journal = SimulatedJournal()
        host = try Self.start(plan, journal, seed: seed)
        model.readyInCore = { [unowned self] in readyBodies(of: $0) }
    }

    private static func start(_ plan: Plan, _ journal: SimulatedJournal, seed: UInt64) throws -> CoreHost {
        let state = try journal.recover()
        let isNew = state.isEmpty
        let host = CoreHost(recovering: state, limits: plan.limits, isDurable: plan.isDurable, seed: seed)
        if isNew { host.defineDefaults() }
        return host
    }

    /// Runs to the end; throws a `Violation` that says where and how to replay it.
    package func run() throws -> UInt64 {
        do {
            host.checkInvariants()
            while step < plan.steps {
                step += 1
                try takeStep()
            }
            step += 1
            try finish()
            coverage.note(model)
            return trace.value
        } catch {
            throw Violation(
                """
                seed \(seed), step \(step): \(error)
                replay with: make simulate SEED=\(seed)
                \(history.suffix(linesKept).joined(separator: "\n"))
                """
            )
        }
    }

    private func takeStep() throws {
        host.time = nextTime()
        if plan.readsBackAtOnce, model.isDue(at: host.time) { try perform(.pause) }
        let action = workload.next(model)
        coverage.note(action)
        try perform(action)
        try runJournal()
        try bringSegments()
        if random.chance(plan.crashes), random.chance(40) { try crash(keeping: random.chance(50)) }
    }

    /// Time passes by chance, or to the moment for which the core has asked, or until just before.
    private func nextTime() -> BrokerTime {
        let chosen = host.time.advanced(byMilliseconds: UInt64(random.number(0...plan.longestStep)))
        guard random.chance(15), let wake = model.wake, wake > host.time.milliseconds else { return chosen }
        coverage.wakes += 1
        return BrokerTime(milliseconds: random.chance(70) ? wake : wake - 1)
    }

    /// Judges the effects of one command.
    private func judge(_ observations: [Observation]) throws {
        model.deliveredInCommand = Set(observations.compactMap(\.delivered?.body))
        for observation in observations {
            note { "< \(observation)" }
            observation.mix(into: &trace)
            coverage.note(observation)
            try model.observe(observation)
            if case .loadSegment(let segment) = observation {
                loads.append((segment, random.number(0...plan.journalDelay)))
            }
        }
        host.checkInvariants()
        if plan.readsBackAtOnce, model.isReadingBack { return }
        try model.checkNothingIsMissing(host.report().queues)
        noteContents()
    }

    /// What the queues hold, as far as that has changed.
    private func noteContents() {
        guard linesKept > 0 else { return }
        for contents in model.contents where !latestContents.contains(contents) { note { "  = \(contents)" } }
        latestContents = Set(model.contents)
    }

    /// The bodies of what is ready in a queue of the core, from the journal what is not in memory.
    private func readyBodies(of queue: String) -> [[UInt8]]? {
        let places = host.inspect { $0.readyRecords(of: queue, in: "/") }
        let bodies = places?.compactMap { place in
            if let reference = place.reference { return [UInt8](reference.record.body) }
            let content = try? journal.loadSegment(place.segment)
            return content?.withUnsafeBytes { place.find(in: $0).map { [UInt8]($0.body) } }
        }
        return bodies?.count == places?.count ? bodies : nil
    }

    /// Keeps the latest lines for the message of a failure.
    private func note(_ line: () -> String) {
        guard linesKept > 0 else { return }
        history.append("\(step) \(line())".withoutModuleNames)
        if history.count / 2 > linesKept { history.removeFirst(linesKept) }
    }
}

// MARK: The journal

extension Simulator {
    private func runJournal() throws {
        guard plan.isDurable else {
            guard host.cutJournalBatch() == nil else { throw Violation("a broker in memory cut a batch") }
            return
        }
        if random.chance(plan.cuts) { _ = host.lookForSettled() }
        guard var flight = underWay else {
            if random.chance(plan.cuts) { try cut() }
            return
        }
        flight.steps -= 1
        underWay = flight
        if flight.steps < 0 { try commit() }
    }

    private func cut() throws {
        let batch = host.cutJournalBatch()
        try model.noteCut(batch)
        host.checkInvariants()
        guard let batch else { return }
        note { "  cut batch \(batch.position.rawValue)" }
        trace.mix(batch.position.rawValue)
        underWay = (batch, try batch.segments.map(JournalImage.content), random.number(0...plan.journalDelay))
    }

    private func commit() throws {
        guard let flight = underWay else { return }
        for (segment, content) in zip(flight.batch.segments, flight.content)
        where try JournalImage.content(of: segment) != content {
            throw Violation("segment \(segment.id.rawValue) changed while it was being written")
        }
        journal.nextFault = drawFault()
        do {
            try journal.commit(flight.batch)
        } catch is SimulatedJournal.Crash {
            return try restart()
        } catch let failure as JournalFailure {
            return try fail(failure)
        }
        note { "  committed batch \(flight.batch.position.rawValue)" }
        underWay = nil
        coverage.commits += 1
        coverage.compactions = journal.image.compactedSegments
        model.noteCommit()
        try judge(host.apply(.journalCommitted(flight.batch.position)))
        try bringSegmentsThatMustNotWait()
    }

    private func drawFault() -> SimulatedJournal.Fault {
        if random.chance(plan.diskFull) { return .diskFull }
        if random.chance(plan.brokenDisk) { return .broken(kept: random.chance(50)) }
        if random.chance(plan.crashes) { return .crash(kept: random.chance(50)) }
        return .none
    }

    private func fail(_ failure: JournalFailure) throws {
        if failure.isRetryable {
            coverage.stalls += 1
            model.noteStall()
            return try judge(host.apply(.journalStalled(reason: failure.text)))
        }
        model.noteFailure()
        coverage.failures += 1
        try judge(host.apply(.journalFailed(reason: failure.text)))
        guard model.openChannels.isEmpty else { throw Violation("sessions outlive the failure of the journal") }
        try restart()
    }

    private func bringSegments() throws {
        var due: [SegmentID] = []
        for index in loads.indices {
            loads[index].steps -= 1
            if loads[index].steps < 0 { due.append(loads[index].segment) }
        }
        loads.removeAll { $0.steps < 0 }
        for segment in due { try bring(segment) }
    }

    private func bring(_ segment: SegmentID) throws {
        coverage.loads += 1
        model.noteLoaded(segment)
        note { "  bring segment \(segment.rawValue)" }
        do {
            let (index, content) = (try journal.loadIndex(segment), try journal.loadSegment(segment))
            try judge(host.segmentLoaded(segment, index: index, content))
        } catch let failure as JournalFailure {
            // All of it was settled while it was asked for, and it has been deleted since.
            try judge(host.apply(.segmentFailed(segment, reason: failure.text)))
        }
    }
}

// MARK: Crash and recovery

extension Simulator {
    /// The machine stops; a batch under way may have become durable without the core having heard of it.
    private func crash(keeping keepsBatch: Bool) throws {
        guard plan.isDurable else { return }
        if keepsBatch, let flight = underWay { try journal.commit(flight.batch) }
        try restart()
    }

    private func restart(isClean: Bool = false) throws {
        coverage.crashes += 1
        let durable = journal.committedBatches
        note { "  restart from batch \(durable)" }
        underWay = nil
        loads = []
        starts += 1
        model.restart(from: durable, isClean: isClean)
        let time = host.time
        host = try Self.start(plan, journal, seed: seed &+ starts)
        host.time = time
        host.checkInvariants()
    }

    /// Lets everything become durable, stops the core, and then looks at every message that is left.
    private func finish() throws {
        try settle()
        if plan.isDurable {
            let isClean = random.chance(50)
            if isClean {
                host.retractDeliveryMarks()
                try settle()
            }
            try restart(isClean: isClean)
        }
        try perform(.pause)
        try settle()
        for _ in 0..<20 {
            guard let due = model.nextDue else { break }
            host.time = max(host.time, BrokerTime(milliseconds: due))
            try perform(.pause)
            try settle()
        }
        let session = SessionID(rawValue: .max)
        let channel = ChannelID(session: session, number: 1)
        try perform(.openSession(session, SessionOptions(user: "guest", virtualHost: "/")))
        try perform(.openChannel(channel))
        for name in model.queueNames where model.isOpenToAll(name) {
            try perform(.method(channel, .declareQueue(Self.passive(name))))
            for _ in 0...model.messageCount(of: name) {
                try perform(.method(channel, .get(queue: name, noAcknowledge: random.chance(50))))
                while !loads.isEmpty { try bringSegments() }
                if plan.isDurable { try settle() }
                let bytes = model.undrainedBytes(of: session)
                if bytes > 0 { try perform(.drain(session, bytes: bytes)) }
            }
        }
        try settle()
    }

    private static func passive(_ name: String) -> DeclareQueue {
        DeclareQueue(name: name, passive: true, options: .durable, noWait: false)
    }

    private func perform(_ action: Action) throws {
        note { "> at \(host.time.milliseconds) \(action)" }
        model.pass(to: host.time)
        model.perform(action)
        try judge(host.perform(action))
        try bringSegmentsThatMustNotWait()
    }

    private func bringSegmentsThatMustNotWait() throws {
        guard plan.readsBackAtOnce else { return }
        while !loads.isEmpty { try bringSegments() }
    }

    /// Runs the journal until there is nothing left to write, which must come to pass.
    private func settle() throws {
        while !loads.isEmpty { try bringSegments() }
        guard plan.isDurable else { return }
        for _ in 0..<8 {
            if underWay == nil { try cut() }
            guard let flight = underWay else { return }
            journal.nextFault = .none
            try journal.commit(flight.batch)
            underWay = nil
            model.noteCommit()
            try judge(host.apply(.journalCommitted(flight.batch.position)))
            while !loads.isEmpty { try bringSegments() }
        }
        throw Violation("batch after batch is cut though nothing happens any more")
    }
}

extension String {
    /// Descriptions of values name their modules and types at every turn, which hides what they say.
    fileprivate var withoutModuleNames: String {
        var text = ""
        for word in split(separator: "Leveret", omittingEmptySubsequences: false).enumerated() {
            guard word.offset > 0, let dot = word.element.firstIndex(of: ".") else {
                text += word.element
                continue
            }
            text += word.element[word.element.index(after: dot)...]
        }
        return text
    }
}
