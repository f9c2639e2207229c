import LeveretModel

/// Where publishings to an address went, so that the next one needs no look-up.
final class CachedRoute {
    /// See `AddressView`.
    private let address: [UInt8]
    private let generation: UInt64
    /// The address's.
    let hash: UInt64
    let queues: [Queue]
    /// The same, to go through without counting a reference to each.
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
        generation == self.generation && address.withUnsafeBytes { $0.isEqual(to: publishing.address.bytes) }
    }

    /// Calls `body` with each of the queues.
    @inline(__always)
    func forEachQueue(_ body: (Queue) -> Void) {
        for queue in unretainedQueues { queue._withUnsafeGuaranteedRef(body) }
    }
}
