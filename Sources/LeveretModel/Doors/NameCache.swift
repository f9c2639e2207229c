/// Gives the same string for the same bytes as last time, because deliveries in a row mostly have the same address.
package struct NameCache {
    private var bytes: [UInt8] = []
    private var text = ""

    package init() {}

    package mutating func string(_ bytes: UnsafeRawBufferPointer) -> String {
        guard !self.bytes.withUnsafeBytes({ $0.isEqual(to: bytes) }) else { return text }
        self.bytes = Array(bytes)
        text = String(decoding: bytes, as: UTF8.self)
        return text
    }
}
