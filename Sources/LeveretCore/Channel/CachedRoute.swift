/// Where publishings to an address went, so that the next one needs no look-up.
final class CachedRoute {
    /// See `AddressView`.
    private let address: [UInt8]
    private let generation: UInt64
    /// The address's.
    let hash: UInt64
    let queues: [Queue]
    /// The same: to go through them without counting references to each takes half the time.
    private let unretainedQueues: [Unmanaged<Queue>]
    /// Whether there are queues, and neither they nor the exchange have rules that need a look at each message.
    let isDirect: Bool
    /// The exchange, if it drops messages that were there before.
    let deduplicatingExchange: Exchange?
    /// How many of the queues are journaled.
    let journaledCount: Int

    /// A new route. `generation` is `nil` if it must not be used again.
    init(
        to queues: [Queue],
        through exchange: Exchange,
        of publishing: PublishingView,
        generation: UInt64?
    ) {
        self.queues = queues
        unretainedQueues = queues.map(Unmanaged.passUnretained)
        deduplicatingExchange = exchange.deduplicationSettings == nil ? nil : exchange
        isDirect = !queues.isEmpty && queues.allSatisfy(\.settings.isPlain) && deduplicatingExchange == nil
        journaledCount = queues.count(where: \.isJournaled)
        self.generation = generation ?? .max
        address = Array(publishing.address.bytes)
        hash = AddressHash.of(publishing.address)
    }

    /// Whether it may be used again at all.
    var isLasting: Bool { generation != .max }
    /// Whether a persistent message to these queues goes to the journal.
    var isJournaled: Bool { journaledCount > 0 }

    /// Whether the route is that of the publishing, and nothing has changed since.
    func applies(to publishing: PublishingView, generation: UInt64) -> Bool {
        guard generation == self.generation, publishing.address.bytes.count == address.count else { return false }
        return address.withUnsafeBytes { CachedRoute.areEqual($0, publishing.address.bytes) }
    }

    /// Calls `body` with each of the queues.
    @inline(__always)
    func forEachQueue(_ body: (Queue) -> Void) {
        for queue in unretainedQueues { queue._withUnsafeGuaranteedRef(body) }
    }

    /// Whether the bytes, which are as many, are the same.
    private static func areEqual(_ bytes: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        func areEqual<Word: BitwiseCopyable & Equatable>(at place: Int, as word: Word.Type) -> Bool {
            bytes.loadUnaligned(fromByteOffset: place, as: word) == other.loadUnaligned(fromByteOffset: place, as: word)
        }
        // Word by word, since this is done for every message; the last word may overlap the one before.
        let count = bytes.count
        guard count >= 8 else {
            if count >= 4 { return areEqual(at: 0, as: UInt32.self) && areEqual(at: count - 4, as: UInt32.self) }
            return (0..<count).allSatisfy { areEqual(at: $0, as: UInt8.self) }
        }
        var place = 0
        while place + 8 < count {
            guard areEqual(at: place, as: UInt64.self) else { return false }
            place += 8
        }
        return areEqual(at: count - 8, as: UInt64.self)
    }
}
