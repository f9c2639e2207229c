/// A 64-bit checksum against damage on the disk. It is no protection against somebody who forges data.
///
/// Four lanes each take every fourth 8-byte word. A step can be undone, given the word, and two different words
/// never lead to the same state: so damage within any one word always changes the result. A step multiplies twice
/// because the top bit passes through a single multiplication unchanged, and a second flipped bit could cancel it.
/// What the bytes belong to and how many there are goes in first, so that bytes in the wrong row do not pass either.
///
/// The result is part of the database's format: it must never change.
package struct Checksum {
    private static let multiplier: UInt64 = 0x9FB2_1C65_1E98_DF25
    private static let secondMultiplier: UInt64 = 0xC4CE_B9FE_1A85_EC53

    package private(set) var value: UInt64

    /// The checksum of bytes.
    /// - Parameters:
    ///   - bytes: What is protected.
    ///   - domain: Which kind of thing the bytes are.
    ///   - identity: Which one of its kind.
    ///   - length: A number beside the bytes to protect with them.
    package init(_ bytes: UnsafeRawBufferPointer, domain: Domain, identity: UInt64, length: UInt64) {
        // Four variables and no vector: multiplied as vectors, 64 bits at a time are slow.
        var a = Checksum.step(Checksum.multiplier, domain.rawValue)
        var b = Checksum.step(Checksum.multiplier &* 3, identity)
        var c = Checksum.step(Checksum.multiplier &* 5, length)
        var d = Checksum.step(Checksum.multiplier &* 7, UInt64(bytes.count))
        var offset = 0
        for _ in 0..<bytes.count / 32 {
            a = Checksum.step(a, Checksum.word(bytes, at: offset))
            b = Checksum.step(b, Checksum.word(bytes, at: offset &+ 8))
            c = Checksum.step(c, Checksum.word(bytes, at: offset &+ 16))
            d = Checksum.step(d, Checksum.word(bytes, at: offset &+ 24))
            offset &+= 32
        }
        if offset < bytes.count { a = Checksum.step(a, Checksum.lastWord(bytes, at: offset)) }
        if offset + 8 < bytes.count { b = Checksum.step(b, Checksum.lastWord(bytes, at: offset + 8)) }
        if offset + 16 < bytes.count { c = Checksum.step(c, Checksum.lastWord(bytes, at: offset + 16)) }
        if offset + 24 < bytes.count { d = Checksum.step(d, Checksum.lastWord(bytes, at: offset + 24)) }
        var result = Checksum.secondMultiplier
        result = Checksum.join(result, a)
        result = Checksum.join(result, b)
        result = Checksum.join(result, c)
        result = Checksum.join(result, d)
        result = result &* Checksum.secondMultiplier
        value = result ^ (result >> 29)
    }

    @inline(__always)
    private static func join(_ result: UInt64, _ lane: UInt64) -> UInt64 {
        let mixed = (result ^ lane) &* multiplier
        return mixed ^ (mixed >> 32)
    }

    @inline(__always)
    private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
        var mixed = (state ^ word) &* multiplier
        mixed ^= mixed >> 32
        return mixed &* secondMultiplier
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A word of which the end may be missing: zeros stand for it, and the count went in at the start.
    private static func lastWord(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        guard offset + 8 > bytes.count else { return word(bytes, at: offset) }
        var result: UInt64 = 0
        for index in stride(from: bytes.count - 1, through: offset, by: -1) {
            result = (result << 8) | UInt64(bytes[index])
        }
        return result
    }
}

extension Checksum {
    /// What a checksum protects. The numbers are part of the database's format.
    package enum Domain: UInt64 {
        case segmentIndex = 1
        case segmentContent = 2
        case settlement = 3
        case definition = 4
        case messageUpdate = 5
        case deliveryMark = 6
        case logMark = 7
        case segmentSummary = 8
        case contentPlace = 9
    }

    package init(_ bytes: [UInt8], domain: Domain, identity: UInt64, length: UInt64) {
        self = bytes.withUnsafeBytes { Checksum($0, domain: domain, identity: identity, length: length) }
    }

    /// The checksum as SQLite stores it.
    var stored: Int64 { Int64(bitPattern: value) }
}
