/// Numbers as people read them.
enum NumberText {
    /// `1,234,567`
    static func grouped(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// With so many decimals, which must be 0 to 9: `1,234.50`
    static func fixed(_ value: Double, decimals: Int = 0) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return value.isNaN ? "?" : value < 0 ? "-" : "∞" }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = UInt64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let whole = grouped(scaled / UInt64(scale))
        guard decimals > 0 else { return sign + whole }
        let fraction = String(scaled % UInt64(scale))
        return sign + whole + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// `850 µs`, `1.25 ms`, `3.10 s`
    static func duration(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000_000: fixed(Double(nanoseconds) / 1_000) + " µs"
        case ..<1_000_000_000: fixed(Double(nanoseconds) / 1_000_000, decimals: 2) + " ms"
        default: fixed(Double(nanoseconds) / 1_000_000_000, decimals: 2) + " s"
        }
    }

    /// `512 bytes`, `14.7 MiB`
    static func bytes(_ count: some BinaryInteger) -> String {
        var value = Double(count)
        guard value >= 1024 else { return "\(count) bytes" }
        var unit = "KiB"
        value /= 1024
        for larger in ["MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = larger
        }
        return "\(fixed(value, decimals: 1)) \(unit)"
    }

    /// `1 message`, `2 messages`
    static func counted(_ count: some BinaryInteger, _ noun: String) -> String {
        "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
