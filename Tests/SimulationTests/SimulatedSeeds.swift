import Foundation

/// Seeds that a process of their own runs.
struct SimulatedSeeds {
    struct Result {
        var isSuccess = false
        /// By seed: a hash of everything that happened.
        var traces: [UInt64: UInt64] = [:]
        var coverage: [String: Int] = [:]
        /// All other lines.
        var failures = ""
    }

    private let process = Process()
    private let output = Pipe()

    /// What is simulated.
    enum Stage: CaseIterable {
        /// The core and its journal.
        case core
        /// The server, its clients and the network as well.
        case wire

        /// After so many every place that the simulation is for has been come by.
        var enoughSeeds: Int { self == .core ? 500 : 200 }

        /// How many seeds to run: `LEVERET_SEEDS`, or enough.
        var seedCount: Int {
            ProcessInfo.processInfo.environment["LEVERET_SEEDS"].flatMap(Int.init) ?? enoughSeeds
        }
    }

    init(_ stage: Stage, from first: Int, through last: Int, every step: Int) throws {
        process.executableURL = Self.executable
        process.arguments = (stage == .wire ? ["--wire"] : []) + [first, last, step].map(String.init)
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Lies beside the tests.
    private static var executable: URL {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: name).path) {
            folder.deleteLastPathComponent()
        }
        return folder.appending(path: name)
    }

    private static let name = "LeveretSimulate"

    /// Reads to the end.
    func finish() -> Result {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var result = Result(isSuccess: process.terminationStatus == 0)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let seed = UInt64(words[0]), let trace = UInt64(words[1]) {
                result.traces[seed] = trace
            } else if words.count == 2, words[0].hasSuffix(":"), let count = Int(words[1]) {
                result.coverage[String(words[0].dropLast()), default: 0] += count
            } else {
                result.failures += line + "\n"
            }
        }
        return result
    }
}
