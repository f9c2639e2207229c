import LeveretCore
import LeveretJournal
import Testing

extension JournalStoreContract {
    @Sendable static func summaries(_ open: Open) throws {
        let run = SegmentRun.make(queue: 7, 10...19)
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = (1...5).map { .make($0) } })
            // What was settled before the summary was made is not in it.
            try store.commit(.make { $0.settlements = [.make(2, queue: 7, 1...9)] })
            try store.commit(.make { $0.summaries = [.make(2, run), .make(4, run, .make(queue: 8, 3...3))] })
            #expect(try store.loadIndex(SegmentID(rawValue: 2)) == [1])
        }
        let segments = try recovered(open).segments
        #expect(segments.map(\.id.rawValue) == [1, 2, 3, 4, 5])
        #expect(segments.map(\.runs) == [nil, [run], nil, [run, .make(queue: 8, 3...3)], nil])
        #expect(segments.map(\.index) == [[1], [], [1], [], [1]])
        #expect(segments.map(\.length) == [64, 64, 64, 64, 64])
    }

    @Sendable static func outdatedSummaries(_ open: Open) throws {
        let run = SegmentRun.make(queue: 7, 10...19)
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = (1...4).map { .make($0) } })
            try store.commit(.make { $0.summaries = (1...4).map { .make($0, run) } })
            try store.commit(
                .make { batch in
                    batch.settlements = [.make(1, queue: 7, 10...10), .make(3, queue: 6, 10...10)]
                    batch.updates = [.make(2, queue: 7, written: 19, ordinal: 30)]
                    batch.deletedSegments = [SegmentID(rawValue: 4)]
                }
            )
        }
        let segments = try recovered(open).segments
        #expect(segments.map(\.runs) == [nil, nil, [run]])
        #expect(
            segments[0].index == [1] && segments[0].settled == [SettledRange(queue: run.queue, first: 10, last: 10)]
        )
        #expect(segments[1].index == [1] && segments[1].updates.count == 1)
        try withStore(open) { try $0.commit(.make { $0.summaries = [.make(1, .make(queue: 7, 11...19))] }) }
        #expect(try recovered(open).segments[0].runs == [.make(queue: 7, 11...19)])
    }
}
