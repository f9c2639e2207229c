import Testing

@testable import LeveretCLI

struct MachineReportTests {
    private static func histogram(_ values: UInt64...) -> LatencyHistogram {
        values.reduce(into: LatencyHistogram()) { $0.record($1) }
    }

    private static func result(fileSystem: String? = "ext4") -> MachineResult {
        MachineResult(
            directory: "/data",
            fileSystem: fileSystem,
            seconds: 2,
            forcedWrites: [
                .init(bytes: 4096, isAppending: false, seconds: 2, latencies: histogram(50_000, 50_000)),
                .init(bytes: 262_144, isAppending: true, seconds: 2, latencies: histogram(1_000_000)),
            ],
            roundTrips: histogram(20_000),
            forcedAnswers: histogram(90_000),
            relays: [.init(perSecond: 5_000, latencies: histogram(40_000))],
            wakes: histogram(5_000),
            connections: [
                .init(exchanges: 0, seconds: 2, openLatencies: histogram(30_000, 30_000)),
                .init(exchanges: 4, seconds: 1, openLatencies: histogram(100_000)),
            ]
        )
    }

    @Test func `programs get every figure with its unit`() {
        let text = MachineReport(result: Self.result()).json.text
        let quantiles = { (value: String, count: Int) in
            #"{"p50":\#(value),"p90":\#(value),"p99":\#(value),"p999":\#(value),"max":\#(value),"count":\#(count)}"#
        }
        let parts = [
            #"{"directory":"/data","file_system":"ext4","seconds":2,"forced_writes":["#,
            #"{"bytes":4096,"appending":false,"bytes_per_second":4096,"messages_of_1_kib_per_second":4,"#,
            #""latency_us":\#(quantiles("50", 2))},"#,
            #"{"bytes":262144,"appending":true,"bytes_per_second":131072,"messages_of_1_kib_per_second":128,"#,
            #""latency_us":\#(quantiles("1000", 1))}],"#,
            #""round_trip_bytes":100,"round_trip_us":\#(quantiles("20", 1)),"#,
            #""forced_answer_us":\#(quantiles("90", 1)),"#,
            #""relays":[{"rate_per_second":5000,"latency_us":\#(quantiles("40", 1))}],"wake_us":\#(quantiles("5", 1)),"#,
            #""connections":[{"exchanges":0,"rate_per_second":1,"open_latency_us":\#(quantiles("30", 2))},"#,
            #"{"exchanges":4,"rate_per_second":1,"open_latency_us":\#(quantiles("100", 1))}]}"#,
        ]
        #expect(text == parts.joined())
    }

    @Test func `people get a row for each measurement`() {
        let lines = MachineReport(result: Self.result()).lines
        #expect(lines.count == 10)
        #expect(lines[1].split(separator: " ").suffix(5) == ["50.0", "50.0", "1", "0.0", "4"])
        #expect(lines[2].hasPrefix("write and fdatasync, 256 KiB appended"))
        #expect(lines[4].hasPrefix("the same, answered when 4 KiB are forced out"))
        #expect(lines[6].split(separator: " ").suffix(2) == ["5.0", "5.0"])
        #expect(lines[8].hasPrefix("TCP connection and 4 round trips"))
        #expect(lines[9] == "files in /data (ext4)")
    }

    @Test func `figures of a disk that is none are told`() {
        let lines = MachineReport(result: Self.result(fileSystem: "tmpfs")).lines
        #expect(lines.last?.contains("in memory") == true)
        #expect(MachineReport(result: Self.result(fileSystem: nil)).json.text.contains(#""file_system":null"#))
    }
}
