import LeveretModel

/// What a message is routed by.
struct RoutingSubject {
    /// The routing key of the publishing, and behind it those of its headers `CC` and `BCC`.
    let keys: [String]
    /// Flag words and property list, of which some exchanges read the headers.
    let properties: UnsafeRawBufferPointer

    init(keys: [String], properties: UnsafeRawBufferPointer) {
        self.keys = keys
        self.properties = properties
    }

    init(key: String, properties: UnsafeRawBufferPointer) {
        self.init(keys: [key], properties: properties)
    }

    /// The routing key of the publishing itself.
    var key: String { keys.first ?? "" }

    /// The message's headers; none if it has none.
    var headers: FieldTable {
        guard let range = (try? PropertiesSummary(scanning: properties))?.headers else { return [:] }
        return (try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: properties[range]))) ?? [:]
    }
}

/// Finds the bindings of an exchange that a message matches. One class for each way to route.
protocol Router: AnyObject {
    /// Whether the key alone decides, so that a routing may be remembered by it.
    var dependsOnKeyOnly: Bool { get }

    func add(_ binding: Binding)

    func remove(_ binding: Binding)

    /// Calls `match` with every binding that the message matches, in a fixed order; with some perhaps more than once.
    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void)
}

extension ExchangeType {
    /// `nil` for a type that does not exist.
    func makeRouter(_ arguments: FieldTable) -> (any Router)? {
        switch self {
        case .direct: DirectRouter()
        case .fanout: FanoutRouter()
        case .topic: TopicRouter()
        case .headers: HeadersRouter()
        case .consistentHash: ConsistentHashRouter(HashedPart(arguments))
        default: nil
        }
    }
}
