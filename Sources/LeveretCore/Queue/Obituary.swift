import LeveretModel

/// What becomes of a message that has died: its properties with its history, and where it goes.
struct Obituary {
    let reason: DeathReason
    let deaths: DeathHistory
    /// Flag words and property list.
    let properties: [UInt8]
    /// The keys that it is routed by; the first is the one that it then has.
    let routingKeys: [String]

    /// `nil` if the properties cannot be written, because the history has become too large for a table.
    init?(_ message: DeadMessage, queue: Queue, reason: DeathReason, at now: BrokerTime) {
        self.reason = reason
        guard let summary = try? PropertiesSummary(scanning: message.properties) else { return nil }
        var headers = Self.headers(of: message, summary)
        let ownKey = String(decoding: message.routingKey, as: UTF8.self)
        let ownKeys = [ownKey] + Self.carbonCopyKeys(in: headers)
        var deaths = DeathHistory(headers, isOwn: message.hasDeathHistory)
        let isFirst = deaths.entries.isEmpty
        let death = DeathHistory.Death(
            queue: queue.name,
            reason: reason,
            time: now.milliseconds / 1_000,
            exchange: String(decoding: message.exchange, as: UTF8.self),
            routingKeys: ownKeys,
            expiration: summary.expiration.map { String(decoding: message.properties[$0], as: UTF8.self) }
        )
        deaths.add(death)
        deaths.write(death, into: &headers, isFirst: isFirst)
        if let key = queue.settings.deadLetterRoutingKey {
            headers["CC"] = nil
            routingKeys = [key]
        } else {
            routingKeys = ownKeys
        }
        var edit = PropertiesEdit()
        edit.headers = .set(headers)
        if summary.expiration != nil { edit.expiration = .remove }
        var properties: [UInt8] = []
        do {
            try edit.apply(to: message.properties, into: &properties)
        } catch {
            return nil
        }
        self.properties = properties
        self.deaths = deaths
    }

    private static func headers(of message: DeadMessage, _ summary: PropertiesSummary) -> FieldTable {
        guard let range = summary.headers else { return [:] }
        return (try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: message.properties[range]))) ?? [:]
    }

    private static func carbonCopyKeys(in headers: FieldTable) -> [String] {
        guard case .array(let keys) = headers["CC"] else { return [] }
        return keys.compactMap(\.string)
    }

    /// Lends the exchange's name and the routing key as bytes.
    func withAddress(
        exchange: String,
        _ body: (_ exchange: UnsafeRawBufferPointer, _ routingKey: UnsafeRawBufferPointer) -> Void
    ) {
        // Both were short strings before, so they still are.
        Array(exchange.utf8).withUnsafeBytes { exchange in
            Array((routingKeys.first ?? "").utf8).withUnsafeBytes { body(exchange, $0) }
        }
    }
}
