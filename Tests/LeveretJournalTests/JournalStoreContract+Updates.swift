import LeveretCore
import Testing

extension JournalStoreContract {
    @Sendable static func updates(_ open: Open) throws {
        let last: [MessageUpdate] = [
            .make(1, written: 4, ordinal: 90, failures: 3), .make(1, queue: 2, written: 4, ordinal: 4),
        ]
        try withStore(open) { store throws in
            try store.commit(.make { $0.segments = [.make(1), .make(2), .make(3)] })
            let first: [MessageUpdate] = [
                .make(1, written: 4, ordinal: 70), .make(2, written: 5, ordinal: 5), .make(1, written: 4, ordinal: 80),
            ]
            try store.commit(.make { $0.updates = first })
            try store.commit(.make { $0.updates = last })
            try store.commit(
                .make { batch in
                    batch.updates = [.make(2, written: 6, ordinal: 6), .make(3, written: 7, ordinal: 7, dueAt: 8)]
                    batch.deletedSegments = [SegmentID(rawValue: 2)]
                }
            )
        }
        let segments = try recovered(open).segments
        #expect(segments.map(\.id.rawValue) == [1, 3])
        #expect(segments.map { Set($0.updates) } == [Set(last), [.make(3, written: 7, ordinal: 7, dueAt: 8)]])
        #expect(segments.first?.updates.count == 2)
    }

    @Sendable static func manyUpdates(_ open: Open) throws {
        try withStore(open) { try $0.commit(.make { $0.segments = [.make(1), .make(2)] }) }
        for round in 0..<3 as Range<UInt64> {
            try withStore(open) { store throws in
                for step in 0..<400 as Range<UInt64> {
                    let update = MessageUpdate.make(1, written: step % 50, ordinal: round * 400 + step)
                    try store.commit(.make { $0.updates = [update] })
                }
            }
        }
        let expected = (0..<50 as Range<UInt64>).map { MessageUpdate.make(1, written: $0, ordinal: 1_150 + $0) }
        #expect(try recovered(open).segments.map { Set($0.updates) } == [Set(expected), []])
    }

    @Sendable static func highestUpdate(_ open: Open) throws {
        let update = MessageUpdate.make(
            1,
            queue: .max,
            written: .max,
            ordinal: .max,
            failures: .max,
            returns: .max,
            dueAt: .max
        )
        let batch = JournalBatch.make { batch in
            batch.segments = [.make(1)]
            batch.updates = [update]
        }
        #expect(try committed(open, batch).segments.map(\.updates) == [[update]])
    }

    // MARK: Deduplication

    private static let queue = DeduplicationScope.queue(QueueID(rawValue: 2))
    private static let exchange = DeduplicationScope.exchange(virtualHost: "ünïcode 🐇", name: "events")

    /// A batch with the queues and exchanges that have windows.
    private static func windows(_ changes: [DeduplicationChange]) -> JournalBatch {
        .make(next: 300) { batch in
            batch.definitions = [2, 255, 256].map { .putQueue(DefinitionSamples.queue($0, "q\($0)")) }
            batch.deduplications = changes
        }
    }

    @Sendable static func deduplications(_ open: Open) throws {
        let high = DeduplicationScope.queue(QueueID(rawValue: 256))
        let low = DeduplicationScope.queue(QueueID(rawValue: 255))
        let entries: [DeduplicationEntry] = [
            .make(queue, "z", 1), .make(queue, "", 2, expiresAt: .max), .make(queue, "a", 300),
            .make(low, "a", 7), .make(high, "a", 6), .make(exchange, "a", .max - 1), .make(exchange, "\0", .max),
        ]
        try withStore(open) { store throws in
            try store.commit(windows([.remember(.make(queue, "a", 0, expiresAt: 5))]))
            try store.commit(.make(next: 300) { $0.deduplications = entries.reversed().map { .remember($0) } })
        }
        #expect(try recovered(open).deduplications == entries)
    }

    @Sendable static func forgotten(_ open: Open) throws {
        let other = DeduplicationScope.exchange(virtualHost: "/", name: "events")
        try withStore(open) { store throws in
            let remembered = [queue, exchange, other].flatMap { scope in
                ["a", "b"].enumerated().map { DeduplicationEntry.make(scope, $0.element, UInt64($0.offset)) }
            }
            try store.commit(windows(remembered.map { .remember($0) }))
            try store.commit(
                .make(next: 300) { batch in
                    batch.deduplications = [
                        .forget(queue, key: Array("a".utf8)), .forget(queue, key: Array("never".utf8)),
                        .forgetAll(exchange), .remember(.make(exchange, "c", 9)),
                    ]
                }
            )
        }
        let expected: [DeduplicationEntry] = [
            .make(queue, "b", 1), .make(other, "a", 0), .make(other, "b", 1), .make(exchange, "c", 9),
        ]
        #expect(try recovered(open).deduplications == expected)
    }

    @Sendable static func deletedWindows(_ open: Open) throws {
        let gone = DeduplicationScope.exchange(virtualHost: "/", name: "gone")
        let kept = DeduplicationScope.exchange(virtualHost: "/", name: "events")
        try withStore(open) { store throws in
            try store.commit(
                .make { batch in
                    batch.definitions = DefinitionSamples.puts
                    batch.deduplications = [gone, kept, .queue(QueueID(rawValue: 1)), queue].map {
                        .remember(.make($0, "a", 1))
                    }
                }
            )
            try store.commit(.make { $0.definitions = DefinitionSamples.deletes })
        }
        #expect(try recovered(open).deduplications == [.make(queue, "a", 1), .make(kept, "a", 1)])
    }
}
