package import LeveretCore

extension [SettledRange] {
    /// The same messages in the fewest ranges, by rising queue and ordinal.
    package var united: [SettledRange] {
        if isUnited { return self }
        var result: [SettledRange] = []
        for range in sorted(by: SettledRange.precedes) {
            if let last = result.last, last.touches(range) {
                result[result.count - 1].last = Swift.max(last.last, range.last)
            } else {
                result.append(range)
            }
        }
        return result
    }

    private var isUnited: Bool {
        zip(self, dropFirst()).allSatisfy { SettledRange.precedes($0, $1) && !$0.touches($1) }
    }
}

extension SettledRange {
    static func precedes(_ left: SettledRange, _ right: SettledRange) -> Bool {
        (left.queue.rawValue, left.first, left.last) < (right.queue.rawValue, right.first, right.last)
    }

    /// Whether a range that does not begin before this one overlaps it or follows without a gap.
    fileprivate func touches(_ next: SettledRange) -> Bool {
        queue == next.queue && (next.first <= last || next.first - last == 1)
    }
}
