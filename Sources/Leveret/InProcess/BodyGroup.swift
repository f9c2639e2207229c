import LeveretCore
import LeveretModel

/// Bodies that are published under one locking of the core, side by side in memory.
struct BodyGroup {
    /// With these limits nobody else waits long for the core.
    private static let mostBodies = 1000
    private static let mostBytes = 256 << 10

    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var views: [PublishingView] = []

    /// Takes as many bodies as are published at once, from one of them on. Gives their number.
    mutating func fill<Body: MessageBody>(from bodies: [Body], at start: Int) -> Int {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for place in start..<min(start + Self.mostBodies, bodies.count) {
            guard bodies[place].withUnsafeBodyBytes({ append($0) }) else { break }
        }
        return ends.count
    }

    /// One that is too large for any group comes alone.
    private mutating func append(_ body: UnsafeRawBufferPointer) -> Bool {
        guard ends.isEmpty || bytes.count + body.count <= Self.mostBytes else { return false }
        bytes.append(contentsOf: body)
        ends.append(bytes.count)
        return true
    }

    /// Lends `access` the publishings of the bodies, which but for them are like `view`.
    mutating func withViews(
        like view: PublishingView,
        _ access: (UnsafeBufferPointer<PublishingView>) throws -> Void
    ) rethrows {
        views.removeAll(keepingCapacity: true)
        try bytes.withUnsafeBytes { bytes in
            var (view, start) = (view, 0)
            for end in ends {
                view.body = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                views.append(view)
                start = end
            }
            try views.withUnsafeBufferPointer(access)
        }
    }
}
