/// Figures of load runs as text and as JSON, the same in every report.
enum LoadFigures {
    private static let shares: [(text: String, json: String, share: Double)] = [
        ("p50", "p50", 0.5), ("p90", "p90", 0.9), ("p99", "p99", 0.99), ("p99.9", "p999", 0.999),
    ]

    /// `p50 120 µs, p90 180 µs, p99 310 µs, p99.9 1.20 ms, max 4.00 ms`
    static func percentiles(_ histogram: LatencyHistogram) -> String {
        let parts = shares.map { "\($0.text) \(NumberText.duration(nanoseconds: histogram.quantile($0.share)))" }
        return (parts + ["max \(NumberText.duration(nanoseconds: histogram.maximum))"]).joined(separator: ", ")
    }

    /// The same in microseconds; no member if nothing was measured.
    static func members(_ name: String, _ histogram: LatencyHistogram) -> [JSONValue.Member] {
        guard histogram.count > 0 else { return [] }
        var members = shares.map { share in
            JSONValue.Member(name: share.json, value: microseconds(histogram.quantile(share.share)))
        }
        members.append(.init(name: "max", value: microseconds(histogram.maximum)))
        members.append(.init(name: "count", value: .unsigned(histogram.count)))
        return [.init(name: "\(name)_us", value: .object(members))]
    }

    private static func microseconds(_ nanoseconds: UInt64) -> JSONValue { .number(Double(nanoseconds) / 1000) }

    static func seconds(_ value: Double) -> String { "\(NumberText.fixed(value, decimals: 2)) s" }

    static func processor(_ microseconds: Double, per noun: String) -> String {
        "\(NumberText.fixed(microseconds, decimals: 2)) µs of processor time per \(noun)"
    }

    static func memory(_ share: LoadResult.BrokerShare) -> String {
        let peak = NumberText.bytes(share.peakResidentBytes)
        return "\(NumberText.bytes(share.residentBytes)) resident (peak \(peak))"
    }

    /// What the broker's process used; `count` is what its time is divided by.
    static func members(_ share: LoadResult.BrokerShare, per noun: String, count: UInt64) -> [JSONValue.Member] {
        let each = count > 0 ? Double(share.processorMicroseconds) / Double(count) : 0
        return [
            .init(name: "broker_cpu_us_per_\(noun)", value: .number(each)),
            .init(name: "broker_cpu_us", value: .unsigned(share.processorMicroseconds)),
            .init(name: "broker_resident_bytes", value: .unsigned(share.residentBytes)),
            .init(name: "broker_peak_resident_bytes", value: .unsigned(share.peakResidentBytes)),
        ]
    }
}
