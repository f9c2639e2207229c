/// Which messages of a recovered segment were settled.
struct SettledMessages {
    private var ranges: [QueueID: [SettledRange]] = [:]

    init(_ settled: [SettledRange]) {
        for range in settled { ranges[range.queue, default: []].append(range) }
        for queue in ranges.keys { ranges[queue]?.sort { $0.first < $1.first } }
    }

    func contains(_ queue: QueueID, _ ordinal: UInt64) -> Bool {
        guard !ranges.isEmpty, let candidates = ranges[queue] else { return false }
        var low = 0
        var high = candidates.count
        while low < high {
            let middle = (low + high) / 2
            if candidates[middle].last < ordinal { low = middle + 1 } else { high = middle }
        }
        return low < candidates.count && candidates[low].first <= ordinal
    }
}
