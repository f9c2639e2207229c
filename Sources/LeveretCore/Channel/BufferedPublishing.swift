import LeveretModel

/// A publishing that waits for its transaction to be committed. It has been checked and routed, and owns its bytes.
struct BufferedPublishing {
    /// Address, properties and body, one after the other.
    private let bytes: [UInt8]
    private let addressEnd: Int
    private let propertiesEnd: Int
    private let mandatory: Bool
    let summary: PropertiesSummary
    let due: DueTime
    let queues: [Queue]
    let deduplicatingExchange: Exchange?

    init(_ publishing: PublishingView, _ summary: PropertiesSummary, due: DueTime, route: CachedRoute) {
        var bytes: [UInt8] = []
        let parts = [publishing.address.bytes, publishing.properties, publishing.body]
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts { bytes.append(contentsOf: part) }
        self.bytes = bytes
        addressEnd = publishing.address.bytes.count
        propertiesEnd = addressEnd + publishing.properties.count
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
                    address: AddressView(UnsafeRawBufferPointer(rebasing: bytes[..<addressEnd])),
                    properties: UnsafeRawBufferPointer(rebasing: bytes[addressEnd..<propertiesEnd]),
                    body: UnsafeRawBufferPointer(rebasing: bytes[propertiesEnd...]),
                    mandatory: mandatory
                )
            )
        }
    }
}
