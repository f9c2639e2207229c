/// One routing of a message: from exchange to exchange to queues, each taken once, in a fixed order.
struct Routing {
    private let virtualHost: VirtualHost
    private let subject: RoutingSubject
    private let mark: UInt64
    private(set) var queues: [Queue] = []
    /// Whether the key alone decided.
    private(set) var dependsOnKeyOnly = true

    init(in virtualHost: VirtualHost, subject: RoutingSubject) {
        self.virtualHost = virtualHost
        self.subject = subject
        mark = virtualHost.takeRouteMark()
    }

    /// Follows an exchange and everything behind it. If the exchange itself matches nothing, its alternate
    /// exchange is followed.
    mutating func follow(_ first: Exchange) {
        var exchanges = [first]
        first.routeMark = mark
        var next = 0
        while next < exchanges.count {
            let exchange = exchanges[next]
            next += 1
            follow(exchange, &exchanges)
        }
    }

    private mutating func follow(_ exchange: Exchange, _ exchanges: inout [Exchange]) {
        if !exchange.router.dependsOnKeyOnly { dependsOnKeyOnly = false }
        var hasMatch = false
        var found: [Queue] = []
        exchange.router.forEachMatch(subject) { binding in
            hasMatch = true
            switch binding.destination {
            case .queue(let queue): found.append(queue)
            case .exchange(let target): visit(target, &exchanges)
            }
        }
        for queue in found { take(queue) }
        if !hasMatch, let name = exchange.alternate, let alternate = virtualHost.exchanges[name] {
            if alternate.name.isEmpty {
                takeByName()
            } else {
                visit(alternate, &exchanges)
            }
        }
    }

    /// The default exchange knows queues by their names.
    mutating func takeByName() {
        for key in subject.keys {
            if let queue = virtualHost.destination(named: key) { take(queue) }
        }
    }

    private func visit(_ exchange: Exchange, _ exchanges: inout [Exchange]) {
        guard exchange.routeMark != mark else { return }
        exchange.routeMark = mark
        exchanges.append(exchange)
    }

    private mutating func take(_ queue: Queue) {
        guard queue.routeMark != mark else { return }
        queue.routeMark = mark
        queues.append(queue)
    }
}
