/// The program's answer to deliveries.
struct Settlement: Sendable {
    enum Kind: Sendable {
        case acknowledge
        case nack
        case reject
    }

    var kind: Kind
    var deliveryTag: UInt64
    /// Whether all earlier deliveries are meant too.
    var multiple: Bool
    /// Whether the messages go back to their queue.
    var requeue: Bool

    init(_ kind: Kind, _ deliveryTag: UInt64, multiple: Bool, requeue: Bool) {
        self.kind = kind
        self.deliveryTag = deliveryTag
        self.multiple = multiple
        self.requeue = requeue
    }
}
