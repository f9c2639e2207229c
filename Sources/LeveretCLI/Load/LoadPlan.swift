import LeveretModel

/// What a load run does.
struct LoadPlan: Sendable {
    /// When producers stop.
    enum Limit: Sendable, Hashable {
        case messages(UInt64)
        case seconds(Double)
        /// Consumers take what was in the queues when the run began.
        case backlog
    }

    /// Where messages go that are not published to their queue by its name.
    enum Route: Sendable, Hashable {
        case queueName
        /// Through a fanout exchange of the run's own to all queues.
        case fanout
        /// Through an exchange that is there, to which the queue is bound with each of the routing keys, which messages
        /// take in turn; not empty.
        case exchange(String, routingKeys: [String])

        var routingKeys: [String] {
            if case .exchange(_, let routingKeys) = self { routingKeys } else { [""] }
        }
    }

    var target: LoadTarget
    var queue: String
    var queues = 1
    var producers = 1
    var consumers = 1
    /// Bytes of the bodies, which a producer's messages take in turn; not empty.
    var sizes = [16]
    var durable = false
    var persistent = false
    /// Messages take the priorities from 0 up to one below this in turn; with 1 they have none.
    var priorities = 1
    var route = Route.queueName
    var queueArguments = FieldTable()
    /// How many publishings of a producer may wait for their confirm; 0 publishes without confirms.
    var confirmWindow = 0
    var prefetch: UInt16 = 0
    /// Deliveries that a consumer acknowledges at a time; 0 consumes without acknowledgements.
    var acknowledgeEvery = 0
    var limit: Limit
    /// Messages per second of all producers together; `nil` goes as fast as it can.
    var rate: Double?
    /// Messages per second that all consumers together take at most.
    var consumerRate: Double?
    /// Time from the start that does not count in rates, latencies and the broker's share.
    var warmUpSeconds = 0.0
    var keepsQueues = false
}

extension LoadPlan {
    /// The name of a queue; with one queue it is the name as given.
    func queueName(_ number: Int) -> String {
        queues == 1 ? queue : "\(queue)-\(number + 1)"
    }

    /// The exchange of the run's own, for `Route.fanout`.
    var fanoutName: String { "\(queue)-fanout" }

    /// How many queues get each message.
    var copies: UInt64 { route == .fanout ? UInt64(queues) : 1 }

    /// How many messages a producer sends; `nil` if only time limits it.
    func share(ofProducer number: Int) -> UInt64? {
        guard case .messages(let count) = limit else { return nil }
        let extra: UInt64 = UInt64(number) < count % UInt64(producers) ? 1 : 0
        return count / UInt64(producers) + extra
    }

    /// Whether all messages in the queues are the run's own, so that each of them can be accounted for.
    var startsEmpty: Bool { producers > 0 && !keepsQueues }

    /// Whether the messages of a producer must reach one consumer, all of them and in order.
    var isStrictlyOrdered: Bool { startsEmpty && consumers <= queues }
}

// MARK: - Who works on which queue

extension LoadPlan {
    /// The queues that a consumer consumes.
    func queues(ofConsumer number: Int) -> [Int] { Self.portion(number, of: consumers, queues: queues) }

    /// What a producer's messages are like, one after the other.
    func cycle(ofProducer number: Int) -> MessageCycle {
        let queues = route == .queueName ? Self.portion(number, of: producers, queues: queues) : []
        let routingKeys = route.routingKeys.count
        return MessageCycle(queues: queues, sizes: sizes, priorities: priorities, routingKeys: routingKeys)
    }

    /// Every queue has somebody, and everybody has a queue.
    private static func portion(_ number: Int, of workers: Int, queues: Int) -> [Int] {
        workers < queues ? Array(stride(from: number, to: queues, by: workers)) : [number % queues]
    }
}
