/// What a load run does.
struct LoadPlan: Sendable {
    /// When producers stop.
    enum Limit: Sendable, Hashable {
        case messages(UInt64)
        case seconds(Double)
        /// Consumers take what was in the queues when the run began.
        case backlog
    }

    var target: LoadTarget
    var queue: String
    var queues: Int
    var producers: Int
    var consumers: Int
    /// Bytes of each body.
    var size: Int
    var durable: Bool
    var persistent: Bool
    /// How many publishings of a producer may wait for their confirm; 0 publishes without confirms.
    var confirmWindow: Int
    var prefetch: UInt16
    /// Deliveries that a consumer acknowledges at a time; 0 consumes without acknowledgements.
    var acknowledgeEvery: Int
    var limit: Limit
    /// Messages per second of all producers together; `nil` goes as fast as it can.
    var rate: Double?
    var keepsQueues: Bool
}

extension LoadPlan {
    /// The name of a queue; with one queue it is the name as given.
    func queueName(_ number: Int) -> String {
        queues == 1 ? queue : "\(queue)-\(number + 1)"
    }

    /// How many messages a producer sends; `nil` if only time limits it.
    func share(ofProducer number: Int) -> UInt64? {
        guard case .messages(let count) = limit else { return nil }
        let extra: UInt64 = UInt64(number) < count % UInt64(producers) ? 1 : 0
        return count / UInt64(producers) + extra
    }

    /// Whether the messages of a producer must reach one consumer, all of them and in order.
    var isStrictlyOrdered: Bool {
        producers > 0 && consumers == queues && !keepsQueues
    }
}
