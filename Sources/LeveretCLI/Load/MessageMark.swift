/// The first eight bytes of a body: a sign that a load run made it, its producer, and its number among the producer's.
struct MessageMark: Hashable {
    let rawValue: UInt64

    /// Producers have numbers below this.
    static let producerLimit = 256
    static let byteCount = 8
    /// With the time at which the message was sent behind the mark.
    static let byteCountWithTime = 16
    /// The highest byte; no text begins with eight bytes of which this is the last, unless by chance.
    private static let sign: UInt64 = 0xA7

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(producer: Int, sequence: UInt64) {
        rawValue = Self.sign << 56 | UInt64(producer) << 48 | sequence
    }

    @inline(__always)
    var isOurs: Bool { rawValue >> 56 == Self.sign }

    @inline(__always)
    var producer: Int { Int(rawValue >> 48 & 0xFF) }

    @inline(__always)
    var sequence: UInt64 { rawValue & 0xFFFF_FFFF_FFFF }
}
