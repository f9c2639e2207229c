import LeveretCore
import Testing

extension JournalStoreContract {
    @Sendable static func segmentsRoundTrip(_ open: Open) throws {
        let big = SegmentWrite.make(700, bytes: 300_000, index: [UInt8](repeating: 9, count: 50_000))
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = [.make(3, index: [1, 2]), .make(10, index: [])] })
            try store.commit(.make { $0.segments = [big] })
        }
        try withStore(open) { store throws in
            #expect(try store.loadSegment(big.id) == big.content)
            #expect(try store.loadSegment(SegmentID(rawValue: 3)) == SegmentWrite.make(3).content)
        }
        let segments = try recovered(open).segments
        #expect(segments.map(\.id.rawValue) == [3, 10, 700])
        #expect(segments.map(\.index) == [[1, 2], [], big.index])
        #expect(segments.map(\.length) == [64, 64, 300_000])
    }

    @Sendable static func segmentPieces(_ open: Open) throws {
        let parts = SegmentWrite.make(1, pieces: [0..<3, 10..<11, 60..<64])
        let whole = SegmentWrite.make(1).content
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = [parts, .make(2, pieces: [])] })
        }
        try withStore(open) { store throws in
            let expected = [0..<3, 10..<11, 60..<64].flatMap { whole[$0] }
            #expect(try store.loadSegment(parts.id) == expected)
            #expect(try store.loadSegment(SegmentID(rawValue: 2)) == [])
        }
        #expect(try recovered(open).segments.map(\.length) == [64, 64])
    }

    @Sendable static func deletedSegment(_ open: Open) throws {
        let first = SegmentID(rawValue: 1)
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = [.make(1), .make(2)] })
            try store.commit(.make { $0.settlements = [.make(1, 1...4), .make(2, 1...4)] })
            let last = JournalBatch.make { batch in
                batch.settlements = [.make(1, 5...9)]
                batch.deletedSegments = [first]
            }
            try store.commit(last)
            #expect(throws: JournalFailure.self) { try store.loadSegment(first) }
        }
        let segments = try recovered(open).segments
        #expect(segments.map(\.id.rawValue) == [2])
        #expect(segments.first?.settled.isEmpty == false)
    }

    @Sendable static func passingSegment(_ open: Open) throws {
        let batch = JournalBatch.make { batch in
            batch.segments = [.make(1), .make(2)]
            batch.deletedSegments = [SegmentID(rawValue: 1)]
        }
        #expect(try committed(open, batch).segments.map(\.id.rawValue) == [2])
    }

    @Sendable static func missingSegment(_ open: Open) throws {
        try withStore(open) { store throws in
            let id = SegmentID(rawValue: 5)
            let failure = #expect(throws: JournalFailure.self) { try store.loadSegment(id) }
            #expect(failure?.isRetryable == false)
            try store.commit(.make { $0.segments = [.make(5)] })
            #expect(try store.loadSegment(id) == SegmentWrite.make(5).content)
        }
    }

    // MARK: Settlements

    @Sendable static func settlementsUnite(_ open: Open) throws {
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = [.make(1), .make(2)] })
            try store.commit(.make { $0.settlements = [.make(1, 1...4, 8...9)] })
            let more: [SettlementWrite] = [.make(1, 5...5), .make(1, queue: 7, 1...2), .make(2, 3...3)]
            try store.commit(.make { $0.settlements = more })
            try store.commit(.make { $0.settlements = [.make(1, 4...6)] })
        }
        let settled = try recovered(open).segments.map { ordinals(of: $0) }
        let first: Set<String> = ["1:1", "1:2", "1:3", "1:4", "1:5", "1:6", "1:8", "1:9", "7:1", "7:2"]
        #expect(settled == [first, ["1:3"]])
    }

    @Sendable static func manySettlements(_ open: Open) throws {
        try withStore(open) { try $0.commit(.make { $0.segments = [.make(1), .make(2)] }) }
        for round in 0..<3 as Range<UInt64> {
            try withStore(open) { store throws in
                for step in 0..<400 as Range<UInt64> {
                    let ordinal = (round * 400 + step) * 2
                    try store.commit(.make { $0.settlements = [.make(1, ordinal...ordinal)] })
                }
            }
        }
        let settled = try recovered(open).segments.map { ordinals(of: $0) }
        #expect(settled == [Set((0..<1_200).map { "1:\($0 * 2)" }), []])
    }

    @Sendable static func highestSettlement(_ open: Open) throws {
        let batch = JournalBatch.make { batch in
            batch.segments = [.make(1)]
            batch.settlements = [.make(1, queue: .max, (UInt64.max - 1)...UInt64.max)]
        }
        let range = SettledRange(queue: QueueID(rawValue: .max), first: .max - 1, last: .max)
        #expect(try committed(open, batch).segments.map(\.settled) == [[range]])
    }

    /// Each settled message once, however the journal groups them.
    private static func ordinals(of segment: RecoveredSegment) -> Set<String> {
        Set(segment.settled.flatMap { range in (range.first...range.last).map { "\(range.queue.rawValue):\($0)" } })
    }
}
