import LeveretModel

/// An exchange: its bindings, and the structure that finds those a message matches.
final class Exchange {
    let name: String
    let type: ExchangeType
    let options: ExchangeOptions
    let alternate: String?
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
        guard let router = type.makeRouter() else { return nil }
        self.name = name
        self.type = type
        self.options = options
        self.router = router
        deduplicationSettings = DeduplicationSettings(options.arguments)
        deduplication = DeduplicationWindow(
            scope: options.durable ? .exchange(virtualHost: virtualHost, name: name) : nil
        )
        alternate = options.arguments["alternate-exchange"]?.string
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
