import Leveret

/// A limit of memory or disk on the command line: a part of the memory, such as `0.6`, or an amount, such as `2GB`.
enum ResourceAmount {
    static let kind = "a part of the memory from 0 to 1, or an amount such as 2GB"

    /// A plain number up to 1 is a part.
    static func parse(_ text: String) -> ResourceLimits.Amount? {
        if let part = Self.part(text), part <= 1 { return .partOfMemory(part) }
        return ByteCount.parse(text).map { .bytes($0) }
    }

    /// A decimal number that is not negative.
    static func part(_ text: String) -> Double? {
        guard text.allSatisfy({ ($0.isASCII && $0.isNumber) || $0 == "." }), let part = Double(text) else { return nil }
        return part.isFinite ? part : nil
    }

    static func text(_ amount: ResourceLimits.Amount) -> String {
        switch amount {
        case .bytes(let count): NumberText.bytes(count)
        case .partOfMemory(let part): "\(part) of the memory"
        }
    }
}
