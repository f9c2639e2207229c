import LeveretModel

/// What becomes of a message that has died: its properties with its history, and where it goes.
struct Obituary {
    let reason: DeathReason
    let deaths: DeathHistory
    /// See `AddressView`.
    private let address: [UInt8]
    /// Flag words and property list.
    private let properties: [UInt8]
    /// The keys that it is routed by; the first is the one that it then has.
    let routingKeys: [String]

    /// `nil` if the message cannot be written: its history has become too large for a table.
    init?(_ message: DeadMessage, queue: Queue, reason: DeathReason, at now: BrokerTime, exchange: String) {
        self.reason = reason
        guard let summary = try? PropertiesSummary(scanning: message.properties) else { return nil }
        var headers = Self.headers(of: message, summary)
        let ownKey = String(decoding: message.address.routingKey, as: UTF8.self)
        let ownKeys = [ownKey] + Self.carbonCopyKeys(in: headers)
        var deaths = DeathHistory(headers, isOwn: message.hasDeathHistory)
        let isFirst = deaths.entries.isEmpty
        let death = DeathHistory.Death(
            queue: queue.name,
            reason: reason,
            time: now.milliseconds / 1_000,
            exchange: String(decoding: message.address.exchange, as: UTF8.self),
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
            address = try AddressView.encode(exchange: exchange, routingKey: routingKeys[0])
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

    /// Lends the encoded address and properties.
    func withParts(_ body: (AddressView, _ properties: UnsafeRawBufferPointer) -> Void) {
        address.withUnsafeBytes { address in
            properties.withUnsafeBytes { body(AddressView(address), $0) }
        }
    }
}
