import LeveretModel

/// A rule of an exchange: what matches it goes to a queue or to another exchange.
final class Binding {
    enum Destination {
        case queue(Queue)
        case exchange(Exchange)
    }

    /// All that tells a binding from others of its source. Names and keys are the same if their bytes are.
    struct Identity: Hashable {
        let kind: BindingDefinition.DestinationKind
        let destination: String
        let routingKey: String
        let arguments: FieldTable

        static func == (lhs: Identity, rhs: Identity) -> Bool {
            lhs.kind == rhs.kind && lhs.destination.utf8.elementsEqual(rhs.destination.utf8)
                && lhs.routingKey.utf8.elementsEqual(rhs.routingKey.utf8) && lhs.arguments == rhs.arguments
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(kind)
            for var text in [destination, routingKey] {
                text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
                hasher.combine(UInt8(0xFF))
            }
            hasher.combine(arguments)
        }
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

extension [Binding] {
    /// Removes a binding from a list in which bindings lie in the order in which they were made. Thousands of
    /// bindings of one key or queue may go one after the other.
    mutating func removeInOrder(_ binding: Binding) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].serial < binding.serial { low = middle + 1 } else { high = middle }
        }
        if low < count, self[low] === binding { remove(at: low) }
    }
}
