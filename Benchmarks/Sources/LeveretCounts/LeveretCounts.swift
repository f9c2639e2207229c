import BenchmarkCore
import CAllocations

/// Sends messages along one hot path and prints what that took: counts that are the same in every run.
///
///     LeveretCounts PATH MESSAGES
///
/// `Benchmarks/counts.py` runs it with two numbers of messages; the difference is the cost of the messages alone.
@main
struct LeveretCounts {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let path = arguments.first.flatMap(HotPath.init(rawValue:)),
            let messages = arguments.last.flatMap({ Int($0) }), messages > 0
        else {
            print(HotPath.allCases.map(\.rawValue).joined(separator: "\n"))
            return
        }
        let before = allocation_counts_now()
        let counts = try path.run(messages: messages)
        let after = allocation_counts_now()
        let figures: [(String, UInt64)] = [
            ("allocations", after.allocations - before.allocations),
            ("allocated_bytes", after.allocated_bytes - before.allocated_bytes),
            ("copied_bytes", after.copied_bytes - before.copied_bytes),
            ("effects", counts.effects),
            ("transactions", counts.transactions),
            ("journal_bytes", counts.journalBytes),
        ]
        print("{" + figures.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
    }
}
