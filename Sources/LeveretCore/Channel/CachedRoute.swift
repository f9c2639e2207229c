/// Where publishings to an address went, so that the next one needs no look-up.
struct CachedRoute {
    /// Exchange and routing key as two short strings.
    private var address: [UInt8] = []
    private var generation: UInt64 = .max
    /// The address's.
    private(set) var hash: UInt64 = 0
    private(set) var queues: [Queue] = []
    /// Whether there are queues, and neither they nor the exchange have rules that need a look at each message.
    private(set) var isDirect = false
    /// The exchange, if it drops messages that were there before.
    private(set) var deduplicatingExchange: Exchange?
    /// Whether a persistent message to these queues goes to the journal.
    private(set) var isJournaled = false
    /// How many of the queues are journaled.
    private(set) var journaledCount = 0

    /// Whether it may be used again at all.
    var isLasting: Bool { generation != .max }

    /// Whether the route is that of the publishing, and nothing has changed since.
    func applies(to publishing: PublishingView, generation: UInt64) -> Bool {
        guard generation == self.generation else { return false }
        let exchange = publishing.exchange
        let key = publishing.routingKey
        guard address.count == 1 + exchange.count + key.count, Int(address[0]) == exchange.count else { return false }
        return address.withUnsafeBytes { bytes in
            CachedRoute.areEqual(bytes, 1, exchange) && CachedRoute.areEqual(bytes, 1 + exchange.count, key)
        }
    }

    private static func areEqual(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        _ other: UnsafeRawBufferPointer
    ) -> Bool {
        func areEqual<Word: BitwiseCopyable & Equatable>(_ position: Int, as word: Word.Type) -> Bool {
            bytes.loadUnaligned(fromByteOffset: offset + position, as: word)
                == other.loadUnaligned(fromByteOffset: position, as: word)
        }
        // Word by word, since this is done for every message; the last word may overlap the one before.
        var position = 0
        while position + 8 <= other.count {
            guard areEqual(position, as: UInt64.self) else { return false }
            position += 8
        }
        let left = other.count - position
        if left == 0 { return true }
        if other.count >= 8 { return areEqual(other.count - 8, as: UInt64.self) }
        if left >= 4 { return areEqual(0, as: UInt32.self) && areEqual(left - 4, as: UInt32.self) }
        return (0..<left).allSatisfy { areEqual($0, as: UInt8.self) }
    }

    /// Takes a new route. `generation` is `nil` if it must not be used again.
    mutating func set(
        _ queues: [Queue],
        of exchange: Exchange,
        for publishing: PublishingView,
        generation: UInt64?
    ) {
        self.queues = queues
        deduplicatingExchange = exchange.deduplicationSettings == nil ? nil : exchange
        isDirect = !queues.isEmpty && queues.allSatisfy(\.settings.isPlain) && deduplicatingExchange == nil
        journaledCount = queues.reduce(0) { $0 + ($1.isJournaled ? 1 : 0) }
        isJournaled = journaledCount > 0
        self.generation = generation ?? .max
        hash = AddressHash.of(publishing.exchange, publishing.routingKey)
        address.removeAll(keepingCapacity: true)
        address.append(UInt8(truncatingIfNeeded: publishing.exchange.count))
        address.append(contentsOf: publishing.exchange)
        address.append(contentsOf: publishing.routingKey)
    }
}
