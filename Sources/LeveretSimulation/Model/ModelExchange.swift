import LeveretModel

/// A binding; all fields together are its identity.
struct ModelBinding: Equatable {
    var source: String
    var destination: String
    var toExchange: Bool
    var routingKey: String
    var arguments: FieldTable
    /// Number of the batch that carries the binding, if it is durable.
    var batch = 0

    static func == (left: ModelBinding, right: ModelBinding) -> Bool {
        left.source == right.source && left.destination == right.destination && left.toExchange == right.toExchange
            && left.routingKey == right.routingKey && left.arguments == right.arguments
    }
}

/// An exchange.
struct ModelExchange: Equatable {
    var name: String
    var type: String
    var options: ExchangeOptions
    /// Number of the batch that carries the declaration, if the exchange is durable.
    var batch = 0
    var window = ModelWindow()

    static var predeclared: [ModelExchange] {
        [
            ModelExchange(name: "", type: "direct", options: .durable),
            ModelExchange(name: "amq.direct", type: "direct", options: .durable),
            ModelExchange(name: "amq.fanout", type: "fanout", options: .durable),
            ModelExchange(name: "amq.topic", type: "topic", options: .durable),
            ModelExchange(name: "amq.headers", type: "headers", options: .durable),
            ModelExchange(name: "amq.match", type: "headers", options: .durable),
            ModelExchange(name: "amq.rabbitmq.trace", type: "topic", options: .init(durable: true, internal: true)),
        ]
    }

    func matches(_ binding: ModelBinding, routingKey: String, headers: FieldTable) -> Bool {
        switch type {
        case "direct": binding.routingKey == routingKey
        case "topic": ModelRouting.matches(pattern: words(binding.routingKey), words: words(routingKey))
        case "headers": ModelRouting.matches(arguments: binding.arguments, headers: headers)
        default: true
        }
    }

    private func words(_ key: String) -> ArraySlice<Substring> {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false)[...]
    }
}

/// The rules of topic and headers exchanges, written down as they are told.
enum ModelRouting {
    static func matches(pattern: ArraySlice<Substring>, words: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return words.isEmpty }
        if first == "#" {
            return matches(pattern: pattern.dropFirst(), words: words)
                || (!words.isEmpty && matches(pattern: pattern, words: words.dropFirst()))
        }
        guard let word = words.first, first == "*" || first == word else { return false }
        return matches(pattern: pattern.dropFirst(), words: words.dropFirst())
    }

    static func matches(arguments: FieldTable, headers: FieldTable) -> Bool {
        let mode = arguments["x-match"]?.string ?? "all"
        let conditions = arguments.entries.filter {
            $0.key != "x-match" && (mode.hasSuffix("-with-x") || !$0.key.hasPrefix("x-"))
        }
        let isMet = { (condition: FieldTable.Entry) in
            guard let value = headers[condition.key] else { return false }
            return condition.value == .void || value == condition.value
                || (value.integer != nil && value.integer == condition.value.integer)
        }
        return mode.hasPrefix("all") ? conditions.allSatisfy(isMet) : conditions.contains(where: isMet)
    }
}
