import BenchmarkCore
import LeveretCore
import LeveretJournal

/// The journal alone, on a real disk: each commit is one transaction that is forced to the disk. What the core does
/// before counts too, but is small beside it.
enum JournalBenchmarks {
    static func all(in directory: String) -> [Benchmark] {
        let groups = [(1, 16), (10, 16), (100, 16), (1000, 16), (100, 1024), (1000, 1024)]
        return groups.flatMap { messages, size in
            [
                benchmark("publish", .publishDurable, messages, size, directory),
                benchmark("publish, then settle", .settledAfterCommit, messages, size, directory),
            ]
        }
    }

    private static func benchmark(
        _ verb: String,
        _ path: HotPath,
        _ messages: Int,
        _ size: Int,
        _ directory: String
    ) -> Benchmark {
        Benchmark("journal", "\(verb), \(messages) of \(size) B a commit", warmUp: 1) {
            let number = UInt64.random(in: 0 ... .max)
            let journal = try SQLiteJournal(directory: "\(directory)/journal-\(number)", durability: .full)
            _ = try journal.recover()
            let walk = try HotPathWalk(path, size: size, runLength: messages) { batch in
                try journal.commit(batch)
                _ = try journal.tidy(isIdle: false)
            }
            return {
                try walk.step()
                return messages
            }
        }
    }
}
