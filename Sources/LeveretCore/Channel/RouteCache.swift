/// Where the channel's latest publishings went, by address, so that the next one to an address among them needs no
/// look-up.
///
/// A channel that publishes to one address, as most do, keeps one route. Others keep a table too, which grows as far as
/// it has to: an address has its place in one group of it, which its hash says.
struct RouteCache {
    private static let groupSize = 4
    private static let mostRoutes = 128

    /// The route of the latest publishing.
    private(set) var current: CachedRoute?
    /// The latest routes, also the current one, if there are several.
    private var table: [CachedRoute?] = []
    /// What the routes are of: when anything changes that they depend on, all go.
    private var generation: UInt64 = 0
    private var nextVictim = 0

    /// The route of the publishing's address, which becomes the current one. `nil` if it is not known, or not any more.
    mutating func recall(_ publishing: PublishingView, generation: UInt64) -> CachedRoute? {
        if let current, current.applies(to: publishing, generation: generation) { return current }
        return table.isEmpty ? nil : recallFromTable(publishing, generation: generation)
    }

    private mutating func recallFromTable(_ publishing: PublishingView, generation: UInt64) -> CachedRoute? {
        for place in group(of: AddressHash.of(publishing.address)) {
            guard let route = table[place], route.applies(to: publishing, generation: generation) else { continue }
            current = route
            return route
        }
        return nil
    }

    /// Takes a new route, which was made in this generation, and makes it the current one.
    mutating func insert(_ route: CachedRoute, generation: UInt64) {
        if generation != self.generation {
            self.generation = generation
            current = nil
            table = []
        }
        let last = current
        current = route
        guard route.isLasting else { return }
        if table.isEmpty {
            guard let last, last.isLasting else { return }
            table = Array(repeating: nil, count: Self.groupSize)
            place(last)
        }
        place(route)
    }

    /// Puts a route into its group: into a free place, if there is one or the table may grow.
    private mutating func place(_ route: CachedRoute) {
        while true {
            if let free = freePlace(for: route) { return table[free] = route }
            guard table.count < Self.mostRoutes else { break }
            grow()
        }
        nextVictim = (nextVictim + 1) % Self.groupSize
        table[group(of: route.hash).lowerBound + nextVictim] = route
    }

    /// The routes go to where they are looked for in the larger table, as far as there is room.
    private mutating func grow() {
        let old = table
        table = Array(repeating: nil, count: 2 * old.count)
        for case let route? in old {
            if let free = freePlace(for: route) { table[free] = route }
        }
    }

    private func freePlace(for route: CachedRoute) -> Int? { group(of: route.hash).first { table[$0] == nil } }

    private func group(of hash: UInt64) -> Range<Int> {
        let group = Int(truncatingIfNeeded: hash >> 32) & (table.count / Self.groupSize - 1)
        return (group * Self.groupSize)..<((group + 1) * Self.groupSize)
    }
}

/// A hash of an address, by words, since it is taken of publishings one by one.
enum AddressHash {
    static func of(_ address: AddressView) -> UInt64 {
        let bytes = address.bytes
        var hash = UInt64(truncatingIfNeeded: bytes.count)
        var position = 0
        while position + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self), into: &hash)
            position += 8
        }
        var rest: UInt64 = 1
        for byte in bytes[position...] { rest = rest << 8 | UInt64(byte) }
        mix(rest, into: &hash)
        return hash ^ hash >> 29
    }

    private static func mix(_ word: UInt64, into hash: inout UInt64) {
        hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
    }
}
