import LeveretModel

/// Compares a declaration with what exists; what differs is refused with RabbitMQ's words.
struct EquivalenceCheck {
    let kind: String
    let name: String
    let virtualHost: String

    func compare(_ argument: String, received: Bool, current: Bool) throws(AMQPError) {
        try compare(argument, received: received ? "true" : "false", current: current ? "true" : "false")
    }

    func compare(_ argument: String, received: String, current: String) throws(AMQPError) {
        guard received != current else { return }
        throw AMQPError(
            .preconditionFailed,
            "inequivalent arg '\(argument)' for \(kind) '\(name)' in vhost '\(virtualHost)': "
                + "received '\(received)' but current is '\(current)'"
        )
    }

    func compareArgument(_ argument: String, received: FieldTable, current: FieldTable) throws(AMQPError) {
        let received = received[argument]
        let current = current[argument]
        switch (received, current) {
        case (nil, nil): return
        case (let received?, let current?) where received.isEquivalent(to: current): return
        default: break
        }
        throw AMQPError(
            .preconditionFailed,
            "inequivalent arg '\(argument)' for \(kind) '\(name)' in vhost '\(virtualHost)': "
                + "received \(describe(received)) but current is \(describe(current))"
        )
    }

    private func describe(_ value: FieldValue?) -> String {
        guard let value else { return "none" }
        return "the value '\(value.text)' of type '\(value.typeName)'"
    }
}

extension FieldValue {
    /// Whether both mean the same: integers of any width by value, all else by type and value.
    fileprivate func isEquivalent(to other: FieldValue) -> Bool {
        if let number = integer, let otherNumber = other.integer { return number == otherNumber }
        switch (self, other) {
        case (.float(let value), .double(let otherValue)): return Double(value) == otherValue
        case (.double(let value), .float(let otherValue)): return value == Double(otherValue)
        default: return self == other
        }
    }

    /// The value as it reads in an error text.
    fileprivate var text: String {
        if let integer { return String(integer) }
        switch self {
        case .boolean(let value): return value ? "true" : "false"
        case .float(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .decimal(let scale, let value): return "\(value)e-\(scale)"
        case .string(let value): return value
        case .timestamp(let value): return String(value)
        case .rawString(let bytes), .bytes(let bytes): return "\(bytes.count) bytes"
        case .array(let values): return "\(values.count) values"
        case .table(let table): return "\(table.count) pairs"
        default: return "undefined"
        }
    }
}
