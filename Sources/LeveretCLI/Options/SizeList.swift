import ArgumentParser

/// `16` or `16,1024,65536`: the sizes of bodies, in bytes.
struct SizeList: ExpressibleByArgument, Hashable {
    var sizes: [Int]

    static let largest = 1 << 29
    private static let lengthLimit = 64

    init(_ sizes: [Int]) { self.sizes = sizes }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }.filter { (0...Self.largest).contains($0) }
        guard sizes.count == parts.count, sizes.count <= Self.lengthLimit else { return nil }
        self.sizes = sizes
    }

    var defaultValueDescription: String { sizes.map(String.init).joined(separator: ",") }
}
