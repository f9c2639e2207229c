import LeveretModel

/// Writes deliveries to standard output: bodies, each with a line's end, or lines of JSON.
struct DeliveryWriter {
    let isJSON: Bool
    var stream = OutputStream.standardOutput

    /// How much is gathered before it is written.
    private static let chunkBytes = 1 << 18

    /// Returns when everything is written. Throws `OutputStream.Closed` if nobody reads any more.
    func write(_ deliveries: some Sequence<Delivery>) throws {
        var bytes: [UInt8] = []
        for delivery in deliveries {
            append(delivery, to: &bytes)
            guard bytes.count >= Self.chunkBytes else { continue }
            try stream.write(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        try stream.write(bytes)
    }

    func append(_ delivery: Delivery, to bytes: inout [UInt8]) {
        if isJSON {
            DeliveryJSON.value(of: delivery).write(to: &bytes)
        } else {
            delivery.body.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
