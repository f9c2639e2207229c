import LeveretCore

/// The consumers of one channel and their tags as they travel: a short string with its length byte.
///
/// Consumers are numbered upwards, so the list is in order of the identifiers. Most channels have one consumer,
/// and deliveries come in runs of one consumer: the entry used last is looked at first.
struct ConsumerTags {
    private var consumers: [ConsumerID] = []
    private var encodedTags: [[UInt8]] = []
    private var lastIndex = 0

    var isEmpty: Bool { consumers.isEmpty }
    var count: Int { consumers.count }
    var all: [String] { encodedTags.map { String(decoding: $0.dropFirst(), as: UTF8.self) } }

    mutating func insert(_ consumer: ConsumerID, tag: String) {
        let tag = tag.utf8.prefix(255)
        let encoded = [UInt8(truncatingIfNeeded: tag.count)] + tag
        let index = insertionIndex(of: consumer)
        if index < consumers.count, consumers[index] == consumer {
            encodedTags[index] = encoded
        } else {
            consumers.insert(consumer, at: index)
            encodedTags.insert(encoded, at: index)
        }
        lastIndex = index
    }

    mutating func remove(_ consumer: ConsumerID) {
        let index = insertionIndex(of: consumer)
        guard index < consumers.count, consumers[index] == consumer else { return }
        remove(at: index)
    }

    mutating func remove(tag: String) {
        guard let index = encodedTags.firstIndex(where: { $0.dropFirst().elementsEqual(tag.utf8) }) else { return }
        remove(at: index)
    }

    /// Calls `use` with the tag as it travels; the empty one if the consumer is not known.
    mutating func withEncodedTag<Result>(
        of consumer: ConsumerID,
        _ use: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        if !isLast(consumer) { lastIndex = insertionIndex(of: consumer) }
        guard isLast(consumer) else { return try withUnsafeBytes(of: UInt8(0), use) }
        return try encodedTags[lastIndex].withUnsafeBytes(use)
    }

    /// Compares numbers: how identifiers of another module compare is not known here, and costs a call.
    private func isLast(_ consumer: ConsumerID) -> Bool {
        lastIndex < consumers.count && consumers[lastIndex].rawValue == consumer.rawValue
    }

    private mutating func remove(at index: Int) {
        consumers.remove(at: index)
        encodedTags.remove(at: index)
        lastIndex = 0
    }

    private func insertionIndex(of consumer: ConsumerID) -> Int {
        var low = 0
        var high = consumers.count
        while low < high {
            let middle = (low + high) / 2
            if consumers[middle].rawValue < consumer.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
