package import LeveretCore

extension [MessageUpdate] {
    /// The last update of each message, by queue and the place that the index gives the message.
    package var united: [MessageUpdate] {
        if isUnited { return self }
        let byMessage = enumerated().sorted { left, right in
            if left.element.precedes(right.element) { return true }
            return !right.element.precedes(left.element) && left.offset < right.offset
        }
        var result: [MessageUpdate] = []
        for (_, update) in byMessage {
            if let last = result.last, !last.precedes(update) {
                result[result.count - 1] = update
            } else {
                result.append(update)
            }
        }
        return result
    }

    private var isUnited: Bool { zip(self, dropFirst()).allSatisfy { $0.precedes($1) } }
}

extension MessageUpdate {
    fileprivate func precedes(_ other: MessageUpdate) -> Bool {
        (queue.rawValue, writtenOrdinal) < (other.queue.rawValue, other.writtenOrdinal)
    }
}
