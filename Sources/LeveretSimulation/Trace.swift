/// A running hash of everything that happened (FNV-1a), so that two runs can be compared by one number.
package struct Trace: Sendable, Hashable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func mix(_ number: UInt64) {
        value = (value ^ number) &* 0x0000_0100_0000_01B3
        value ^= value >> 29
    }

    package mutating func mix(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        mix(0xFF)
    }

    package mutating func mix(_ text: String) { mix(text.utf8) }
}
