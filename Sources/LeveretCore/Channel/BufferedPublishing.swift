import LeveretModel

/// A publishing that waits for its transaction to be committed. It has been checked and routed, and owns its bytes.
struct BufferedPublishing {
    /// Exchange, routing key, properties and body, one after the other.
    private let bytes: [UInt8]
    private let exchangeEnd: Int
    private let routingKeyEnd: Int
    private let propertiesEnd: Int
    private let mandatory: Bool
    let summary: PropertiesSummary
    let due: DueTime
    let queues: [Queue]
    let deduplicatingExchange: Exchange?

    init(_ publishing: PublishingView, _ summary: PropertiesSummary, due: DueTime, route: CachedRoute) {
        var bytes: [UInt8] = []
        let parts = [publishing.exchange, publishing.routingKey, publishing.properties, publishing.body]
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts { bytes.append(contentsOf: part) }
        self.bytes = bytes
        exchangeEnd = publishing.exchange.count
        routingKeyEnd = exchangeEnd + publishing.routingKey.count
        propertiesEnd = routingKeyEnd + publishing.properties.count
        mandatory = publishing.mandatory
        self.summary = summary
        self.due = due
        queues = route.queues
        deduplicatingExchange = route.deduplicatingExchange
    }

    /// What the publishing counts for in the limits of transactions, in bytes.
    var cost: Int { bytes.count + 256 + 16 * queues.count }

    var bodySize: Int { bytes.count - propertiesEnd }

    func withView(_ body: (PublishingView) -> Void) {
        bytes.withUnsafeBytes { bytes in
            body(
                PublishingView(
                    exchange: UnsafeRawBufferPointer(rebasing: bytes[..<exchangeEnd]),
                    routingKey: UnsafeRawBufferPointer(rebasing: bytes[exchangeEnd..<routingKeyEnd]),
                    properties: UnsafeRawBufferPointer(rebasing: bytes[routingKeyEnd..<propertiesEnd]),
                    body: UnsafeRawBufferPointer(rebasing: bytes[propertiesEnd...]),
                    mandatory: mandatory
                )
            )
        }
    }
}
