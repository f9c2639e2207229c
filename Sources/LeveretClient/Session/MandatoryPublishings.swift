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
    }

    private var entries: [Entry] = []

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
        let index = entries.firstIndex {
            $0.hash == hash && $0.bodyCount == body.count && isUnanswered($0.sequence)
        }
        guard let index else { return nil }
        return entries.remove(at: index).sequence
    }

    /// Forgets the publishings before this one.
    mutating func forget(before sequence: UInt64) {
        guard let first = entries.first, first.sequence < sequence else { return }
        let kept = entries.firstIndex { $0.sequence >= sequence } ?? entries.count
        entries.removeFirst(kept)
    }

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
