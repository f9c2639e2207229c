import LeveretModel
import LeveretWire

/// The queues and the exchange of a run: made before it, asked for their depth, and deleted after it.
struct LoadTopology {
    /// What lies in the run's queues.
    struct Depth: Hashable {
        var messages: UInt64 = 0
        var consumers: UInt64 = 0
    }

    let plan: LoadPlan
    let connection: LoadConnection

    /// How long a broker may take to count what it has taken.
    private static let settleSeconds: UInt64 = 10

    /// Makes the queues, empty unless they are to be kept, and tells what lies in them.
    func prepare() throws(LoadFailure) -> Depth {
        guard plan.producers > 0 else { return try depth() }
        if !plan.keepsQueues { try delete() }
        if plan.route == .fanout {
            let exchange = ExchangeDeclare(exchange: plan.fanoutName, type: "fanout", durable: plan.durable)
            _ = try connection.call(.exchangeDeclare(exchange), ExchangeDeclareOk.id)
        }
        var depth = Depth()
        for number in 0..<plan.queues {
            let queue = QueueDeclare(
                queue: plan.queueName(number),
                durable: plan.durable,
                arguments: plan.queueArguments
            )
            try ask(queue, addingTo: &depth)
            try bind(number)
        }
        return depth
    }

    private func bind(_ number: Int) throws(LoadFailure) {
        let exchange: String
        switch plan.route {
        case .queueName: return
        case .fanout: exchange = plan.fanoutName
        case .exchange(let name, _): exchange = name
        }
        for routingKey in plan.route.routingKeys {
            let bind = QueueBind(queue: plan.queueName(number), exchange: exchange, routingKey: routingKey)
            _ = try connection.call(.queueBind(bind), QueueBindOk.id)
        }
    }

    func depth() throws(LoadFailure) -> Depth {
        var depth = Depth()
        for number in 0..<plan.queues {
            try ask(QueueDeclare(queue: plan.queueName(number), passive: true), addingTo: &depth)
        }
        return depth
    }

    private func ask(_ declare: QueueDeclare, addingTo depth: inout Depth) throws(LoadFailure) {
        guard case .queueDeclareOk(let answer) = try connection.call(.queueDeclare(declare), QueueDeclareOk.id) else {
            return
        }
        depth.messages += UInt64(answer.messageCount)
        depth.consumers += UInt64(answer.consumerCount)
    }

    /// The depth once it is as expected; what it is after a while if it never becomes so.
    func depth(expecting count: UInt64) throws(LoadFailure) -> Depth {
        let deadline = MonotonicClock.now() + Self.settleSeconds * 1_000_000_000
        while true {
            let depth = try depth()
            guard depth.messages != count, MonotonicClock.now() < deadline else { return depth }
            MonotonicClock.wait(until: MonotonicClock.now() + 50_000_000)
        }
    }

    func delete() throws(LoadFailure) {
        for number in 0..<plan.queues {
            _ = try connection.call(.queueDelete(QueueDelete(queue: plan.queueName(number))), QueueDeleteOk.id)
        }
        guard plan.route == .fanout else { return }
        _ = try connection.call(.exchangeDelete(ExchangeDelete(exchange: plan.fanoutName)), ExchangeDeleteOk.id)
    }
}
