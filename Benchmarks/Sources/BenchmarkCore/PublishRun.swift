package import LeveretCore

/// A run of publishings that lie in memory as they would in a connection's read buffer.
package final class PublishRun {
    private let views: UnsafeMutableBufferPointer<PublishingView>
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - keys: The routing keys, which the publishings take in turn.
    ///   - count: How many publishings there are.
    package init(exchange: String = "", keys: [String], size: Int, count: Int, properties: [UInt8]) throws {
        let longest = keys.map(\.utf8.count).max() ?? 0
        let each = 2 + exchange.utf8.count + longest + properties.count + size
        memory = .allocate(byteCount: max(1, each * count), alignment: 8)
        views = .allocate(capacity: count)
        var rest = memory[...]
        for number in 0..<count {
            let address = try AddressView.encode(exchange: exchange, routingKey: keys[number % keys.count])
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
            let placed = [address, properties, body].map { Self.place($0, in: &rest) }
            let view = PublishingView(
                address: AddressView(placed[0]),
                properties: placed[1],
                body: placed[2],
                mandatory: false
            )
            views.initializeElement(at: number, to: view)
        }
    }

    deinit {
        views.deallocate()
        memory.deallocate()
    }

    private static func place(
        _ bytes: [UInt8],
        in rest: inout Slice<UnsafeMutableRawBufferPointer>
    ) -> UnsafeRawBufferPointer {
        let room = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(bytes.count))
        room.copyBytes(from: bytes)
        rest = rest.dropFirst(bytes.count)
        return UnsafeRawBufferPointer(room)
    }

    package var count: Int { views.count }

    package func withViews(_ body: (UnsafeBufferPointer<PublishingView>) -> Void) {
        body(UnsafeBufferPointer(views))
    }

    /// No properties.
    package static let plain: [UInt8] = [0, 0]
    /// Delivery mode 2.
    package static let persistent: [UInt8] = [0x10, 0, 2]
}
