import LeveretModel

/// A rule of an exchange: what matches it goes to a queue or to another exchange.
final class Binding {
    enum Destination {
        case queue(Queue)
        case exchange(Exchange)
    }

    /// All that tells a binding from others of its source.
    struct Identity: Hashable {
        let kind: BindingDefinition.DestinationKind
        let destination: String
        let routingKey: String
        let arguments: FieldTable
    }

    unowned let source: Exchange
    let destination: Destination
    let identity: Identity
    /// Rises with each binding made, so that bindings have an order.
    let serial: UInt64
    let isDurable: Bool
    var definedAt = JournalPosition(rawValue: 0)

    init(source: Exchange, destination: Destination, identity: Identity, serial: UInt64, isDurable: Bool) {
        self.source = source
        self.destination = destination
        self.identity = identity
        self.serial = serial
        self.isDurable = isDurable
    }

    var routingKey: String { identity.routingKey }
    var arguments: FieldTable { identity.arguments }
}
