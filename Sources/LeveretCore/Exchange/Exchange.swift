import LeveretModel

/// An exchange: its bindings, and the structure that finds those a message matches.
final class Exchange {
    let name: String
    let type: ExchangeType
    let options: ExchangeOptions
    /// How the exchange routes; for a delayed exchange that of the argument `x-delayed-type`.
    let routingType: ExchangeType
    /// The policy that applies to it.
    var policy: PolicyDefinition?
    var definedAt = JournalPosition(rawValue: 0)
    let router: any Router
    private var bindingsByIdentity: [Binding.Identity: Binding] = [:]
    let deduplicationSettings: DeduplicationSettings?
    var deduplication: DeduplicationWindow
    /// Bindings of which the exchange is the destination, in the order in which they were made.
    var incoming: [Binding] = []
    /// The last routing that passed here, so that cycles end.
    var routeMark: UInt64 = 0

    init?(name: String, virtualHost: String, type: ExchangeType, options: ExchangeOptions) {
        let routingType = type.routingType(options.arguments)
        guard let router = routingType?.makeRouter(options.arguments), let routingType else { return nil }
        self.routingType = routingType
        self.name = name
        self.type = type
        self.options = options
        self.router = router
        deduplicationSettings = DeduplicationSettings(options.arguments)
        deduplication = DeduplicationWindow(
            scope: options.durable ? .exchange(virtualHost: virtualHost, name: name) : nil
        )
    }

    /// Where messages go that match no binding. What the exchange was declared with counts before its policy.
    var alternate: String? {
        options.arguments["alternate-exchange"]?.string ?? policy?.settings["alternate-exchange"]?.string
    }

    var hasBindings: Bool { !bindingsByIdentity.isEmpty }
    var bindingCount: Int { bindingsByIdentity.count }

    func binding(_ identity: Binding.Identity) -> Binding? { bindingsByIdentity[identity] }

    /// All bindings in the order in which they were made.
    var bindingsInOrder: [Binding] { bindingsByIdentity.values.sorted { $0.serial < $1.serial } }

    func add(_ binding: Binding) {
        bindingsByIdentity[binding.identity] = binding
        router.add(binding)
    }

    func remove(_ binding: Binding) {
        bindingsByIdentity[binding.identity] = nil
        router.remove(binding)
    }
}

extension ExchangeType {
    /// How an exchange of this type routes; `nil` if it is a delayed exchange of an inner type that cannot be.
    fileprivate func routingType(_ arguments: FieldTable) -> ExchangeType? {
        guard self == .delayedMessage else { return self }
        guard let inner = arguments["x-delayed-type"]?.string, inner != rawValue else { return nil }
        return ExchangeType(inner)
    }
}
