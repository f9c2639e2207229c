import Foundation

/// Measures the parts of the broker in this process and prints a table, or with `--json` an array of objects.
///
///     LeveretMicro [--json] [--seconds 0.5] [--only GROUP]
///
/// The groups are codec, core, routing, journal and "in process". Everything is written below a temporary directory.
@main
struct LeveretMicro {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let seconds = value(of: "--seconds", in: arguments).flatMap(Double.init) ?? 0.5
        let group = value(of: "--only", in: arguments)
        let directory = FileManager.default.temporaryDirectory.appending(path: "leveret-micro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var measured: [Measured] = []
        let all = CodecBenchmarks.all + CoreBenchmarks.all + JournalBenchmarks.all(in: directory.path)
        for benchmark in all where group == nil || benchmark.group == group {
            measured.append(try benchmark.run(for: .seconds(seconds)))
        }
        if group == nil || group == "in process" {
            measured += try await InProcessBenchmarks.run(for: .seconds(seconds), in: directory.path)
        }
        print(arguments.contains("--json") ? json(measured) : table(measured))
    }

    private static func value(of option: String, in arguments: [String]) -> String? {
        arguments.firstIndex(of: option).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
    }

    private static func table(_ measured: [Measured]) -> String {
        let width = measured.map { $0.name.count }.max() ?? 0
        return measured.map { one in
            let name = one.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let rate = String(format: "%10.3f M/s %10.0f ns", one.perSecond / 1e6, one.nanosecondsEach)
            return "\(one.group.padding(toLength: 10, withPad: " ", startingAt: 0))  \(name) \(rate)"
        }.joined(separator: "\n")
    }

    private static func json(_ measured: [Measured]) -> String {
        let objects = measured.map { one in
            """
            {"group": "\(one.group)", "name": "\(one.name)", "messages": \(one.count), \
            "per_second": \(Int(one.perSecond)), "ns_each": \(one.nanosecondsEach)}
            """
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]"
    }
}
