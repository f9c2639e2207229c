import LeveretModel

/// A virtual host: a name space of exchanges and queues of its own.
final class VirtualHost {
    let name: String
    var definition: VirtualHostDefinition
    var exchanges = NameTable<Exchange>()
    var queues = NameTable<Queue>()
    /// The queues of channels that wait for direct replies. They are known to publishers only.
    var replyQueues = NameTable<Queue>()
    var bindingCount = 0
    /// In whose name what happens here is traced; `nil` if it is not.
    var tracingNode: String? {
        didSet { isTraced = tracingNode != nil }
    }
    private(set) var isTraced = false
    var permissions = Permissions()
    var policies = Policies()
    /// Connections that are there; the program's own channels are none.
    var connectionCount = 0
    /// Changes with everything that may change where a message goes or who may publish it.
    private(set) var routingGeneration: UInt64 = 0
    private var lastRouteMark: UInt64 = 0
    private var lastBindingSerial: UInt64 = 0

    init(_ definition: VirtualHostDefinition) {
        name = definition.name
        self.definition = definition
        for (exchange, type) in VirtualHost.predeclared {
            exchanges[exchange] = Exchange(name: exchange, virtualHost: name, type: type, options: .durable)
        }
        exchanges[VirtualHost.traceExchange] = Exchange(
            name: VirtualHost.traceExchange,
            virtualHost: name,
            type: .topic,
            options: ExchangeOptions(durable: true, internal: true)
        )
    }

    /// The exchanges that every virtual host has; clients can neither make nor delete them.
    private static let predeclared: [(String, ExchangeType)] = [
        ("", .direct), ("amq.direct", .direct), ("amq.fanout", .fanout), ("amq.topic", .topic),
        ("amq.headers", .headers), ("amq.match", .headers),
    ]

    /// Where copies of messages go while the virtual host is traced. Clients cannot publish to it.
    static let traceExchange = "amq.rabbitmq.trace"

    static func isPredeclared(_ exchange: String) -> Bool {
        exchange == traceExchange || predeclared.contains { $0.0 == exchange }
    }

    /// Where the default exchange sends messages with this key.
    func destination(named key: String) -> Queue? { queues[key] ?? replyQueues[key] }

    func routingChanged() { routingGeneration += 1 }

    func takeRouteMark() -> UInt64 {
        lastRouteMark += 1
        return lastRouteMark
    }

    func takeBindingSerial() -> UInt64 {
        lastBindingSerial += 1
        return lastBindingSerial
    }

    func policy(of queue: Queue) -> PolicyDefinition? {
        policies.policy(forQueue: queue.name, type: QueueArguments.type(of: queue.options))
    }

    /// The exchanges by name.
    var exchangesInOrder: [Exchange] { exchanges.values.sorted { $0.name < $1.name } }

    /// The queues by name.
    var queuesInOrder: [Queue] { queues.values.sorted { $0.name < $1.name } }
}
