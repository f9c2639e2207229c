import LeveretModel
import Testing

/// The bytes of hexadecimal digits; blanks are for the eye.
func bytes(hex: String) throws -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }
    try #require(digits.count.isMultiple(of: 2))
    return try stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return try #require(UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16))
    }
}

extension FieldTable {
    /// With the length before the content.
    func encoded() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(into: &bytes)
        return bytes
    }

    /// Reads content without the length.
    static func decoded(_ content: [UInt8]) throws -> FieldTable {
        try content.withUnsafeBytes { try FieldTable(encoded: $0) }
    }
}

extension BasicProperties {
    func encoded() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(into: &bytes)
        return bytes
    }

    static func decoded(_ bytes: [UInt8]) throws -> BasicProperties {
        try bytes.withUnsafeBytes { try BasicProperties(encoded: $0) }
    }
}

extension PropertiesSummary {
    static func scanned(_ bytes: [UInt8]) throws -> PropertiesSummary {
        try bytes.withUnsafeBytes { try PropertiesSummary(scanning: $0) }
    }
}

/// What a throwing read of an encoding complained about, or `nil` if it was content.
func problem(_ body: () throws -> Void) -> EncodingError.Problem? {
    do {
        try body()
        return nil
    } catch let error as EncodingError {
        return error.problem
    } catch {
        Issue.record("an error of another type: \(error)")
        return nil
    }
}
