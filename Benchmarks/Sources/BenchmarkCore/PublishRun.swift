package import LeveretCore

/// A run of publishings that lie in memory as they would in a connection's read buffer.
package final class PublishRun {
    private let views: UnsafeMutableBufferPointer<PublishingView>
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - keys: The routing keys, which the publishings take in turn.
    ///   - count: How many publishings there are.
    package init(exchange: String = "", keys: [String], size: Int, count: Int, properties: [UInt8]) {
        let longest = keys.map(\.utf8.count).max() ?? 0
        let each = exchange.utf8.count + longest + properties.count + size
        memory = .allocate(byteCount: max(1, each * count), alignment: 8)
        views = .allocate(capacity: count)
        var rest = memory[...]
        for number in 0..<count {
            let parts = [Array(exchange.utf8), Array(keys[number % keys.count].utf8), properties]
            var placed = parts.map { Self.place($0, in: &rest) }
            placed.append(Self.place([UInt8](repeating: UInt8(ascii: "x"), count: size), in: &rest))
            let view = PublishingView(
                exchange: placed[0],
                routingKey: placed[1],
                properties: placed[2],
                body: placed[3],
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
