import LeveretCore
import LeveretModel
import Testing

/// What every journal promises, written once and run against each of them: a journal's tests pass a closure that
/// opens the same storage each time it is called, the one before having been closed.
struct JournalStoreContract: Sendable, CustomTestStringConvertible {
    typealias Open = () throws -> any JournalStore

    let promise: String
    let check: @Sendable (Open) throws -> Void

    init(_ promise: String, _ check: @escaping @Sendable (Open) throws -> Void) {
        self.promise = promise
        self.check = check
    }

    var testDescription: String { promise }

    static let all: [JournalStoreContract] = [
        .init("a new journal holds nothing", newJournal),
        .init("definitions come back as they were put", definitionsRoundTrip),
        .init("putting a definition again replaces it", puttingReplaces),
        .init("deleted definitions stay away and others stay", deletedDefinitions),
        .init("paused queues come back as long as they are there and not resumed", pausedQueues),
        .init("limits, topic permissions and policies come back as they were put", accessRoundTrip),
        .init("what was deleted takes its limits along", deletedAccess),
        .init("changes of definitions happen in order", definitionsInOrder),
        .init("a binding is the same whatever the order of its arguments", bindingArguments),
        .init("bindings differ by each of their six fields", bindingIdentity),
        .init("segments come back rising, with index and length, and load as written", segmentsRoundTrip),
        .init("only the pieces of a segment are kept, put together", segmentPieces),
        .init("a deleted segment is gone with its settlements", deletedSegment),
        .init("a segment may come and go in one batch", passingSegment),
        .init("loading a segment that was never written fails and harms nothing", missingSegment),
        .init("settlements of many batches are one set of ranges", settlementsUnite),
        .init("settlements survive any number of batches and openings", manySettlements),
        .init("the highest numbers fit into a settlement", highestSettlement),
        .init("what a summary says comes back instead of the index", summaries),
        .init("a summary counts until what it speaks of is settled or changed", outdatedSummaries),
        .init("the last update of a message counts, and goes with its segment", updates),
        .init("updates survive any number of batches and openings", manyUpdates),
        .init("the highest numbers fit into an update", highestUpdate),
        .init("what a window remembers comes back in its order, each key once", deduplications),
        .init("what a window forgets stays forgotten, and other windows keep theirs", forgotten),
        .init("a window goes with its queue or exchange", deletedWindows),
        .init("the last delivery mark of a queue counts, and goes with the queue", deliveryMarks),
        .init("the next queue number is the last one committed", nextQueueNumber),
        .init("closing twice is closing once", closingTwice),
    ]

    // MARK: Steps

    /// Opens, recovers as the contract demands, and closes after the body.
    static func withStore(_ open: Open, _ body: (any JournalStore) throws -> Void) throws {
        let store = try open()
        defer { store.close() }
        _ = try store.recover()
        try body(store)
    }

    static func recovered(_ open: Open) throws -> RecoveredState {
        let store = try open()
        defer { store.close() }
        return try store.recover()
    }

    /// Commits one batch and opens the journal again.
    static func committed(_ open: Open, _ batch: JournalBatch) throws -> RecoveredState {
        try withStore(open) { try $0.commit(batch) }
        return try recovered(open)
    }
}

// MARK: - Delivery marks, numbers, closing

extension JournalStoreContract {
    @Sendable private static func newJournal(_ open: Open) throws {
        let state = try recovered(open)
        #expect(state.isEmpty)
        #expect(state.exchanges.isEmpty && state.queues.isEmpty && state.bindings.isEmpty)
        #expect(state.nextQueueID == QueueID(rawValue: 1))
    }

    @Sendable private static func deliveryMarks(_ open: Open) throws {
        try withStore(open) { store throws in
            try store.commit(
                .make(next: 4) { batch in
                    batch.definitions = (1...3).map { .putQueue(DefinitionSamples.queue($0, "q\($0)")) }
                    batch.deliveryMarks = [.make(1, 5), .make(2, 6), .make(3, .max)]
                }
            )
            try store.commit(
                .make(next: 4) { batch in
                    batch.deliveryMarks = [.make(1, 9), .make(2, 8)]
                    batch.definitions = [.deleteQueue(QueueID(rawValue: 2))]
                }
            )
        }
        let marks = try recovered(open).deliveryMarks
        #expect(Set(marks) == [.make(1, 9), .make(3, .max)])
        #expect(marks.count == 2)
    }

    @Sendable private static func nextQueueNumber(_ open: Open) throws {
        for (number, segment) in [(12, 1), (13, 2), (13, 3)] as [(UInt64, UInt64)] {
            let state = try committed(open, .make(next: number) { $0.segments = [.make(segment)] })
            #expect(state.nextQueueID.rawValue == number)
        }
        #expect(try committed(open, .make(next: 14) { _ in }).nextQueueID.rawValue == 14)
    }

    @Sendable private static func closingTwice(_ open: Open) throws {
        let store = try open()
        _ = try store.recover()
        try store.commit(.make { $0.segments = [.make(1)] })
        store.close()
        store.close()
        #expect(try recovered(open).segments.count == 1)
    }
}
