import LeveretModel

/// The mandatory publishings that the broker has not answered, so that a message that comes back can be told apart.
///
/// basic.return does not say which publishing it answers; it repeats address and body. Of each publishing only a
/// hash of these is kept.
struct MandatoryPublishings {
    private struct Entry {
        var sequence: UInt64
        var hash: Int
        var bodyCount: Int
        var isReturned = false
    }

    /// In the order of the sequences, from `head` on; what is before it is gone.
    private var entries: [Entry] = []
    private var head = 0

    /// Notes a publishing. Sequences must rise.
    mutating func add(
        _ sequence: UInt64,
        exchange: UnsafeRawBufferPointer,
        routingKey: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer
    ) {
        let hash = Self.hash(exchange, routingKey, body)
        entries.append(Entry(sequence: sequence, hash: hash, bodyCount: body.count))
    }

    /// The earliest publishing with this address and body that `isUnanswered` affirms; it will not be given again.
    mutating func takeReturned(
        exchange: UnsafeRawBufferPointer,
        routingKey: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        isUnanswered: (UInt64) -> Bool
    ) -> UInt64? {
        let hash = Self.hash(exchange, routingKey, body)
        let index = entries[head...].firstIndex {
            $0.hash == hash && $0.bodyCount == body.count && !$0.isReturned && isUnanswered($0.sequence)
        }
        guard let index else { return nil }
        entries[index].isReturned = true
        return entries[index].sequence
    }

    /// Forgets the publishings before this one.
    mutating func forget(before sequence: UInt64) {
        while head < entries.count, entries[head].sequence < sequence { head += 1 }
        guard head == entries.count || head > Self.keptGap, head > entries.count / 2 else { return }
        entries.removeFirst(head)
        head = 0
    }

    private static let keptGap = 256

    private static func hash(
        _ exchange: UnsafeRawBufferPointer,
        _ routingKey: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer
    ) -> Int {
        var hasher = Hasher()
        hasher.combine(exchange.count)
        hasher.combine(bytes: exchange)
        hasher.combine(routingKey.count)
        hasher.combine(bytes: routingKey)
        hasher.combine(bytes: body)
        return hasher.finalize()
    }
}
