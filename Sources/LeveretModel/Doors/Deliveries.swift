/// The deliveries of one consumer. The buffer behind it is the prefetch window: what is not taken and acknowledged
/// holds back what follows.
///
/// It ends when the broker cancels the consumer (its queue was deleted) and throws when the channel fails. It can
/// be iterated once, by one task at a time. What is not taken when `consume` ends goes back into the queue.
public struct Deliveries: AsyncSequence, Sendable {
    /// A message for the consumer.
    public typealias Element = Delivery

    /// The consumer's tag on its channel.
    public let consumerTag: String
    private let source: any DeliverySource
    private let channel: any PrefetchSetting

    package init(consumerTag: String, source: any DeliverySource, channel: any PrefetchSetting) {
        self.consumerTag = consumerTag
        self.source = source
        self.channel = channel
    }

    /// Changes how many deliveries may wait for acknowledgement while the consumer runs: 1 to 65535, or 0 for no limit.
    ///
    /// A higher limit lets more come at once. A lower one takes nothing back: nothing comes until fewer than it are
    /// unacknowledged. That the consumer has ended meanwhile is no error.
    ///
    /// In process only this consumer changes. Over AMQP it needs `ConnectionConfiguration.qosAppliesToExisting` and a
    /// broker that can do it (Leveret, not RabbitMQ), and all consumers of the channel change. Otherwise this throws
    /// `AMQPError` with the code `notImplemented`, and the channel stays open.
    public func setPrefetch(_ count: UInt16) async throws {
        try await channel.setPrefetch(count, ofConsumer: consumerTag)
    }

    /// Begins to take deliveries.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    /// The same deliveries in the groups in which they come, for consumers that acknowledge many at once.
    public var batches: Batches { Batches(source: source) }

    /// Takes deliveries one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: any DeliverySource

        /// The next delivery; `nil` once the consumer was cancelled.
        public func next() async throws -> Delivery? { try await source.next() }
    }

    /// Deliveries in groups: what has arrived since the last group was taken, never an empty one.
    public struct Batches: AsyncSequence, AsyncIteratorProtocol, Sendable {
        /// A group of deliveries, in order.
        public typealias Element = [Delivery]

        fileprivate let source: any DeliverySource

        /// Begins to take groups.
        public func makeAsyncIterator() -> Batches { self }

        /// The next group; `nil` once the consumer was cancelled.
        public func next() async throws -> [Delivery]? { try await source.nextBatch() }
    }
}

/// Where a consumer's deliveries come from.
package protocol DeliverySource: AnyObject, Sendable {
    /// The next delivery; `nil` at the end.
    func next() async throws -> Delivery?

    /// What has arrived since the last call, or the next to arrive. Never empty; `nil` at the end.
    func nextBatch() async throws -> [Delivery]?
}

/// Where the prefetch window of a running consumer is changed: its channel.
package protocol PrefetchSetting: Sendable {
    func setPrefetch(_ count: UInt16, ofConsumer tag: String) async throws
}
