import LeveretCore

/// What the databases in `Fixtures` hold: something in every table that the format of the version has.
///
/// A released version's content never changes, as its file does not; what a later version adds is appended.
enum FixtureContent {
    static func batches(ofVersion version: Int) -> [JournalBatch] {
        var batches = [definitions, segments, settlements]
        if version >= 2 { batches.append(updatesAndDeduplications) }
        if version >= 3 { batches.append(access) }
        if version >= 4 { batches.append(summaries) }
        if version >= 5 { batches.append(pauses) }
        if version >= 6 { batches.append(contentInFile) }
        if version >= 7 { batches.append(compactIndex) }
        return batches
    }

    private static var definitions: JournalBatch {
        .make(next: 3) { batch in
            batch.definitions = DefinitionSamples.puts
            batch.deliveryMarks = [.make(1, 5), .make(2, 600)]
        }
    }

    private static var segments: JournalBatch {
        .make(next: 7) { batch in
            batch.segments = [
                .make(1), .make(2, pieces: [0..<10, 20..<64], index: [1, 2, 3]), .make(9, bytes: 5_000),
            ]
        }
    }

    private static var settlements: JournalBatch {
        .make(next: 7) { batch in
            batch.settlements = [.make(1, 1...4, 8...9), .make(1, 5...5), .make(9, queue: 2, 100...(1 << 40))]
        }
    }

    private static var updatesAndDeduplications: JournalBatch {
        .make(next: 7) { batch in
            batch.updates = [
                .make(1, written: 6, ordinal: 6),
                .make(2, queue: 2, written: 3, ordinal: 1 << 20, failures: 7, returns: 9, dueAt: 1_700_000_000_000),
            ]
            let scopes: [DeduplicationScope] = [
                .queue(QueueID(rawValue: 2)), .exchange(virtualHost: "/", name: "events"),
            ]
            batch.deduplications = scopes.flatMap { scope -> [DeduplicationChange] in
                [.remember(.make(scope, "a", 1)), .remember(.make(scope, "b", 2, expiresAt: 1_700_000_000_000))]
            }
        }
    }

    /// From how many bytes on contents lie in files: more than the versions before ever had.
    static let separateContentBytes = 8_000

    private static var contentInFile: JournalBatch {
        .make(next: 7) { $0.segments = [.make(14, bytes: 9_000)] }
    }

    private static var compactIndex: JournalBatch {
        .make(next: 7) { $0.segments = [.make(15, index: [1, 0, 64, 2, 1, 4])] }
    }

    private static var pauses: JournalBatch {
        .make(next: 7) { $0.definitions = [.pauseQueue(QueueID(rawValue: 2))] }
    }

    private static var access: JournalBatch {
        .make(next: 7) { $0.definitions = DefinitionSamples.accessPuts }
    }

    private static var summaries: JournalBatch {
        .make(next: 7) { batch in
            batch.segments = [.make(12), .make(13)]
            batch.summaries = [.make(1, .make(queue: 1, 4...6)), .make(12, .make(queue: 1, 700...720))]
        }
    }
}
