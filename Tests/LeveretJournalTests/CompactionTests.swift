import CFaultyDisk
import Foundation
import LeveretCore
import LeveretJournal
import LeveretModel
import LeveretSimulation
import Testing

/// Segments of which little lives are written anew by the journal.
@Suite struct CompactionTests {
    private func open(_ directory: TemporaryDirectory, _ disk: FaultyDisk? = nil) throws -> SQLiteJournal {
        try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
    }

    /// How many bytes of the disk the database and the contents beside it take.
    private func size(_ directory: TemporaryDirectory) -> Int {
        TemporaryDirectory.names(in: directory.path)
            .filter { $0 == "leveret.db" || $0.hasPrefix("leveret.db-content") }
            .reduce(0) { $0 + directory.room($1) }
    }

    /// In the database, or in files beside it.
    @Test(arguments: [Int.max, 200])
    func `a few messages that nobody takes do not hold the space of all that lay around them`(
        separateContentBytes: Int
    ) throws {
        let directory = try TemporaryDirectory()
        let backlog = SparseBacklog(messages: 2_000)
        var settings = JournalWorkload.settings(nil)
        settings.separateContentBytes = separateContentBytes
        var journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for batch in backlog.publishing { try journal.commit(batch) }
        while try journal.tidy(isIdle: true) {}
        let before = size(directory)
        for batch in backlog.settling {
            try journal.commit(batch)
            _ = try journal.tidy(isIdle: false)
        }
        while try journal.tidy(isIdle: true) {}
        let after = size(directory)
        #expect(after < before / 3, "\(before) bytes, then \(after)")
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        journal = try open(directory)
        #expect(try SparseBacklog.contents(of: journal) == backlog.left)
        journal.close()
    }

    @Test(arguments: [FAULTY_DISK_WRITE, FAULTY_DISK_SYNC, FAULTY_DISK_TRUNCATE])
    func `no failing operation loses what lives while it is written anew`(operation: FaultyDisk.Operation) throws {
        let backlog = SparseBacklog(messages: 100)
        for error in [EIO, ENOSPC] {
            var nth = 1
            while try survives(backlog, operation, nth: nth, error: error) { nth += 1 }
            #expect(operation == FAULTY_DISK_TRUNCATE || nth > 3)
        }
    }

    /// Fails an operation of the work after the last commit. False if nothing failed.
    private func survives(
        _ backlog: SparseBacklog,
        _ operation: FaultyDisk.Operation,
        nth: Int,
        error: Int32
    ) throws -> Bool {
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let journal = try open(directory, disk)
        _ = try journal.recover()
        for batch in backlog.publishing + backlog.settling { try journal.commit(batch) }
        disk.fail(operation, nth: nth, error: error)
        do {
            while try journal.tidy(isIdle: true) {}
        } catch {
            #expect((error as? JournalFailure)?.isRetryable == false)
        }
        disk.heal()
        journal.abandon()
        let again = try open(directory, disk)
        #expect(try SparseBacklog.contents(of: again) == backlog.left, "operation \(nth), error \(error)")
        again.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        return disk.hasFailed
    }

    @Test func `a damaged segment is left for whoever reads it`() throws {
        let directory = try TemporaryDirectory()
        let backlog = SparseBacklog(messages: 100)
        let journal = try open(directory)
        _ = try journal.recover()
        for batch in backlog.publishing { try journal.commit(batch) }
        let index = try journal.loadIndex(backlog.firstSegment)
        try journal.commit(.make { $0.segments = [.make(9_000, index: index)] })
        try journal.commit(
            .make { batch in
                batch.settlements = [.make(9_000, queue: 1, 1...1)]
                batch.sparseSegments = [SegmentID(rawValue: 9_000), SegmentID(rawValue: 9_001)]
            }
        )
        while try journal.tidy(isIdle: true) {}
        #expect(try journal.loadIndex(SegmentID(rawValue: 9_000)) == index)
        #expect(try journal.loadSegment(SegmentID(rawValue: 9_000)) == SegmentWrite.make(9_000).content)
        journal.close()
    }
}

/// The batches of a broker whose consumer acknowledges all but each tenth message.
private struct SparseBacklog {
    private static let channel = ChannelID(session: SessionID(rawValue: 1), number: 1)
    private let messages: Int
    private(set) var publishing: [JournalBatch] = []
    private(set) var settling: [JournalBatch] = []

    /// What must be found in the queue afterwards.
    var left: [String] {
        (1...messages).filter { $0.isMultiple(of: 10) }.map(SparseBacklog.name)
    }

    var firstSegment: SegmentID { SegmentID(rawValue: 1) }

    private static func name(_ number: Int) -> String { "\(number) " + String(repeating: "x", count: 150) }

    init(messages: Int) {
        self.messages = messages
        let host = SparseBacklog.host(recovering: RecoveredState())
        host.defineDefaults()
        SparseBacklog.open(host)
        let options = QueueOptions(durable: true)
        let declare = DeclareQueue(name: "d", passive: false, options: options, noWait: false)
        _ = host.apply(.method(SparseBacklog.channel, .declareQueue(declare)))
        for number in 1...messages {
            // Delivery mode 2 is the only property.
            let properties: [UInt8] = [0x10, 0x00, 0x02]
            let body = Array(SparseBacklog.name(number).utf8)
            _ = host.publish(
                SparseBacklog.channel,
                [Publishing(exchange: "", routingKey: "d", properties: properties, body: body)]
            )
            // Segments of nearly four pages: SQLite leaves one page to what is written anew in place.
            if number.isMultiple(of: 20) { SparseBacklog.commit(host, &publishing) }
        }
        _ = host.apply(.method(SparseBacklog.channel, .consume(SparseBacklog.consumer)))
        SparseBacklog.commit(host, &publishing)
        for tag in 1...UInt64(messages) where !tag.isMultiple(of: 10) {
            _ = host.acknowledge(SparseBacklog.channel, [Acknowledgement(kind: .acknowledge, deliveryTag: tag)])
            if tag.isMultiple(of: 25) { SparseBacklog.commit(host, &settling) }
        }
        while SparseBacklog.commit(host, &settling) {}
    }

    private static var consumer: Consume {
        Consume(
            queue: "d",
            consumerTag: "c",
            noAcknowledge: false,
            exclusive: false,
            arguments: [:],
            noWait: false,
            prefetch: 0
        )
    }

    private static func host(recovering state: RecoveredState) -> CoreHost {
        var limits = CoreLimits()
        limits.segmentCapacity = 4096
        limits.sparseBytes = 0
        return CoreHost(recovering: state, limits: limits, isDurable: true, seed: 1)
    }

    private static func open(_ host: CoreHost) {
        _ = host.apply(.openSession(channel.session, SessionOptions(user: "guest", virtualHost: "/")))
        _ = host.apply(.openChannel(channel))
    }

    @discardableResult
    private static func commit(_ host: CoreHost, _ batches: inout [JournalBatch]) -> Bool {
        guard let batch = host.cutJournalBatch() else { return false }
        batches.append(batch)
        _ = host.apply(.journalCommitted(batch.position))
        return true
    }

    /// What a broker that starts on the journal finds in the queue.
    static func contents(of journal: SQLiteJournal) throws -> [String] {
        let host = host(recovering: try journal.recover())
        open(host)
        var observations = host.apply(.method(channel, .consume(consumer)))
        var texts: [String] = []
        while !observations.isEmpty {
            var next: [Observation] = []
            for observation in observations {
                switch observation {
                case .deliver(_, let delivery): texts.append(String(decoding: delivery.message.body, as: UTF8.self))
                case .loadSegment(let id):
                    let (index, content) = (try journal.loadIndex(id), try journal.loadSegment(id))
                    next += host.segmentLoaded(id, index: index, content)
                default: break
                }
            }
            observations = next
        }
        return texts
    }
}
