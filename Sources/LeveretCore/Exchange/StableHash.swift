/// Hashes that are the same in every process and version, unlike those of the standard library.
enum StableHash {
    /// FNV-1a, with its bits mixed so that all of them count.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        mixed(bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// A draw from the exponential distribution that two hashes determine, greater than zero.
    static func exponential(_ first: UInt64, _ second: UInt64) -> Double {
        // 53 bits and a half lie strictly between 0 and 1.
        let uniform = (Double(mixed(first ^ mixed(second)) >> 11) + 0.5) / 0x1p53
        return -naturalLogarithm(uniform)
    }

    private static func mixed(_ hash: UInt64) -> UInt64 {
        var value = hash &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// The logarithm of a positive number, of basic operations only: those give the same on every machine.
    private static func naturalLogarithm(_ number: Double) -> Double {
        let ratio = (number.significand - 1) / (number.significand + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        var divisor = 1.0
        while divisor < 40 {
            sum += term / divisor
            term *= square
            divisor += 2
        }
        return 2 * sum + Double(number.exponent) * 0.693_147_180_559_945_3
    }
}
