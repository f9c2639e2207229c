/// A number of bytes as RabbitMQ's settings have it: `50000000`, `50MB` (1000 each), `48MiB` or `48M` (1024 each).
enum ByteCount {
    private static let units: [String: Int] = [
        "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "kiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30,
        "GiB": 1 << 30, "T": 1 << 40, "TiB": 1 << 40,
    ]

    /// `nil` for what is no such number, and for one that is too large to count.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        return isTooLarge ? nil : bytes
    }
}
