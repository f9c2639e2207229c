import LeveretModel

/// A virtual host: a name space of exchanges and queues of its own.
final class VirtualHost {
    let name: String
    var exchanges = NameTable<Exchange>()
    var queues = NameTable<Queue>()
    /// The queues of channels that wait for direct replies. They are known to publishers only.
    var replyQueues = NameTable<Queue>()
    var bindingCount = 0
    var permissions: [String: PermissionPatterns] = [:]
    /// Changes with everything that may change where a message goes or who may publish it.
    private(set) var routingGeneration: UInt64 = 0
    private var lastRouteMark: UInt64 = 0
    private var lastBindingSerial: UInt64 = 0

    init(name: String) {
        self.name = name
        for (exchange, type) in VirtualHost.predeclared {
            exchanges[exchange] = Exchange(name: exchange, virtualHost: name, type: type, options: .durable)
        }
    }

    /// The exchanges that every virtual host has; clients can neither make nor delete them.
    private static let predeclared: [(String, ExchangeType)] = [
        ("", .direct), ("amq.direct", .direct), ("amq.fanout", .fanout), ("amq.topic", .topic),
        ("amq.headers", .headers), ("amq.match", .headers),
    ]

    static func isPredeclared(_ exchange: String) -> Bool {
        predeclared.contains { $0.0 == exchange }
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

    /// The queues by name.
    var queuesInOrder: [Queue] { queues.values.sorted { $0.name < $1.name } }
}
