import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// Backlogs so long that not even the places of their messages stay in memory.
@Suite struct EntryPagingTests {
    private static let size = MemoryLayout<UInt64>.size * 4

    private func limits() -> CoreLimits {
        var limits = CoreLimits()
        limits.segmentCapacity = 1024
        limits.residentBytes = 2048
        limits.entriesInMemory = 8
        return limits
    }

    private func name(_ number: Int) -> String { "\(number)" }

    private func coreWithBacklog(
        _ batches: Int,
        _ options: QueueOptions = .durable,
        priority: UInt8? = nil
    ) throws -> CoreHarness {
        let core = try CoreHarness(limits())
        try core.declare("d", options)
        try add(1...batches, to: core, priority: priority)
        return core
    }

    /// Publishes ten messages for each number.
    private func add(_ batches: ClosedRange<Int>, to core: CoreHarness, priority: UInt8? = nil) throws {
        for batch in batches {
            let first = batch * 10 - 9
            try core.publish(
                name(first),
                name(first + 1),
                name(first + 2),
                name(first + 3),
                name(first + 4),
                name(first + 5),
                name(first + 6),
                name(first + 7),
                name(first + 8),
                name(first + 9),
                key: "d",
                persistent: true,
                priority: priority
            )
        }
    }

    private func texts(_ numbers: ClosedRange<Int>) -> [String] { numbers.map(name) }

    private func entryBytes(_ core: CoreHarness) throws -> Int {
        try #require(core.host.report().queues.first { $0.name == "d" }).entryBytes
    }

    private func summarized(_ core: CoreHarness) throws -> Int {
        try core.journal.recover().segments.count { $0.runs != nil }
    }

    @Test func `a long backlog takes next to no memory, and is delivered in order`() throws {
        let core = try coreWithBacklog(100)
        #expect(try entryBytes(core) < 150 * Self.size)
        #expect(core.host.report().queues[0].ready == 1000)
        #expect(try core.drain("d") == texts(1...1000))
        #expect(core.journal.image.segments.count <= 1)
    }

    @Test func `a start takes next to no memory either, and reads no index of what nobody has touched`() throws {
        let core = try coreWithBacklog(100)
        #expect(try summarized(core) > 60)
        let again = try core.restarted()
        #expect(again.host.report().queues[0].ready == 1000)
        #expect(again.host.report().queues[0].readyBytes == texts(1...1000).joined().count)
        #expect(try entryBytes(again) < 150 * Self.size)
        #expect(try again.drain("d") == texts(1...1000))
    }

    @Test func `what was settled does not come back with its neighbours`() throws {
        let core = try coreWithBacklog(100)
        try core.consume("d", tag: "c", prefetch: 0)
        try core.cancel("c")
        try core.ack(255, multiple: true)
        try core.ack(400)
        let again = try core.restarted()
        let deliveries = try again.consume("d", prefetch: 0).deliveries
        #expect(deliveries.map(\.message.text) == texts(256...399) + texts(401...1000))
        #expect(Set(deliveries.map(\.redelivered)) == [true])
    }

    @Test func `only what was delivered comes back as redelivered`() throws {
        let core = try coreWithBacklog(100)
        try core.consume("d", tag: "c", prefetch: 5)
        let again = try core.stoppedAndRestarted()
        let deliveries = try again.consume("d", prefetch: 0).deliveries
        #expect(deliveries.map(\.message.text) == texts(1...1000))
        #expect(deliveries.map(\.redelivered) == (1...1000).map { $0 <= 5 })
    }

    @Test func `what goes back while the next messages are read comes before them`() throws {
        let core = try coreWithBacklog(100)
        core.loadsAtOnce = false
        var taken: UInt64 = 0
        try core.setPrefetch(40)
        var texts = try core.consume("d").texts
        while let segment = core.wantedSegments.first, texts.count < 30 { texts += try core.bring(segment).texts }
        taken = UInt64(texts.count)
        #expect(texts == self.texts(1...Int(taken)))
        core.loadsAtOnce = true
        let again = try core.nack(0, multiple: true).texts
        #expect(again == self.texts(1...40))
    }

    @Test func `what comes next is read back before a consumer gets there`() throws {
        let core = try coreWithBacklog(100)
        core.loadsAtOnce = false
        try core.setPrefetch(1)
        var texts = try core.consume("d").texts
        while texts.isEmpty, let segment = core.wantedSegments.first { texts += try core.bring(segment).texts }
        var waits = 0
        for tag in 1...999 as ClosedRange<UInt64> {
            // Brought only after the consumer has taken what it could.
            let ahead = core.wantedSegments
            var next = try core.ack(tag).texts
            if next.isEmpty { waits += 1 }
            for segment in ahead where core.wantedSegments.contains(segment) { next += try core.bring(segment).texts }
            while next.isEmpty, let segment = core.wantedSegments.first { next += try core.bring(segment).texts }
            texts += next
        }
        #expect(texts == self.texts(1...1000))
        // Read when they are needed, each of more than sixty segments would make the consumer wait.
        #expect(waits < 25)
    }

    @Test func `a purge counts and settles what is in the journal only`() throws {
        let core = try coreWithBacklog(100)
        let purged = try core.perform(.purgeQueue(name: "d", noWait: false)).script
        #expect(purged == ["queuePurged(messageCount: 1000)"])
        #expect(core.journal.image.segments.count <= 1)
        try add(101...101, to: core)
        #expect(try core.drain("d") == texts(1001...1010))
    }

    @Test func `a queue of limited length drops its oldest messages, wherever they are`() throws {
        var options = QueueOptions.durable
        options.arguments["x-max-length"] = .int32(200)
        let core = try coreWithBacklog(100, options)
        #expect(core.host.report().queues[0].ready == 200)
        #expect(try core.drain("d") == texts(801...1000))
    }

    @Test func `priorities stay strict`() throws {
        var options = QueueOptions.durable
        options.arguments["x-max-priority"] = .int32(5)
        let core = try coreWithBacklog(40, options, priority: 1)
        try add(41...80, to: core, priority: 4)
        #expect(try entryBytes(core) < 200 * Self.size)
        let again = try core.restarted()
        #expect(try entryBytes(again) < 200 * Self.size)
        #expect(try again.drain("d") == texts(401...800) + texts(1...400))
    }

    @Test func `an index that lacks a message is not passed over in silence`() throws {
        let core = try coreWithBacklog(100).restarted()
        core.loadsAtOnce = false
        try core.consume("d", prefetch: 0)
        // The first messages are known by their entries.
        for _ in 0..<2 { try core.bring(try #require(core.wantedSegments.first)) }
        let segment = try #require(core.wantedSegments.first)
        let observations = core.host.segmentLoaded(segment, index: [], try core.journal.loadSegment(segment))
        #expect(observations.texts == [])
        #expect(core.host.report().sessions == 0)
    }

    @Test(arguments: [-1, 0, 1])
    func `content that is no longer what the log wrote is not delivered`(change: Int) throws {
        let core = try coreWithBacklog(100).restarted()
        core.loadsAtOnce = false
        try core.consume("d", prefetch: 0)
        let segment = try #require(core.wantedSegments.first)
        var content = try core.journal.loadSegment(segment)
        // Cut off, gone, or with another length of its first record.
        if change < 0 {
            content.removeLast()
        } else if change == 0 {
            content.removeAll()
        } else {
            content[change] = 0xFF
        }
        let index = try core.journal.loadIndex(segment)
        #expect(core.host.segmentLoaded(segment, index: index, content).texts == [])
        #expect(core.host.report().sessions == 0)
    }

    @Test func `a start keeps the order of a message that was delayed past others and these`() throws {
        let core = try coreWithBacklog(1)
        core.commitsAtOnce = false
        try core.publish("late", key: "d", persistent: true, headers: ["x-delay": 100])
        try add(2...10, to: core)
        try core.wait(milliseconds: 100)
        try add(11...60, to: core)
        core.commitsAtOnce = true
        try core.commit()
        try add(61...61, to: core)
        #expect(try summarized(core) > 10)
        let again = try core.restarted()
        #expect(try again.drain("d") == texts(1...100) + ["late"] + texts(101...610))
    }
}
