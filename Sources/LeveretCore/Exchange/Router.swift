import LeveretModel

/// What a message is routed by.
struct RoutingSubject {
    let key: String
    /// Flag words and property list, of which the headers exchange reads the headers.
    let properties: UnsafeRawBufferPointer
}

/// Finds the bindings of an exchange that a message matches. One class for each exchange type.
protocol Router: AnyObject {
    /// Whether the key alone decides, so that a routing may be remembered by it.
    var dependsOnKeyOnly: Bool { get }

    func add(_ binding: Binding)

    func remove(_ binding: Binding)

    /// Calls `match` with every binding that the message matches, in a fixed order.
    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void)
}

extension ExchangeType {
    /// `nil` for a type that does not exist.
    func makeRouter() -> (any Router)? {
        switch self {
        case .direct: DirectRouter()
        case .fanout: FanoutRouter()
        case .topic: TopicRouter()
        case .headers: HeadersRouter()
        default: nil
        }
    }
}
