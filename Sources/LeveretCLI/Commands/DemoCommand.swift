import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch a broker that is killed under load lose nothing.",
        discussion: """
            In a temporary directory and on a free port: an order service publishes persistent messages with \
            confirms, two workers take one at a time, acknowledge it or now and then put it back; in the middle the \
            broker is killed and started again. Ends with a count of everything. Exit status 1 if anything is lost.

            EXAMPLES
              leveret demo
              leveret demo --messages 100000
            """
    )

    @Option(help: ArgumentHelp("How many orders there are.", valueName: "number"))
    var messages = 10_000

    func validate() throws {
        guard (10...10_000_000).contains(messages) else { throw ValidationError("--messages can be 10 to 10000000") }
    }

    func run() async throws {
        let directory = try TemporaryDirectory()
        let broker = DemoBroker(program: try Self.ownProgram(), directory: directory.path + "/data")
        let story = DemoStory(broker: broker, ledger: DemoLedger(orders: messages)) { line in
            // Who does not read the story still gets its end.
            try? OutputStream.standardOutput.writeLine(line)
        }
        let result: Swift.Result<DemoLedger.Counts?, any Error>
        do {
            result = .success(try await Interruption.catching { try await story.run() })
        } catch {
            result = .failure(error)
        }
        _ = try? await broker.stop()
        directory.remove()
        guard let counts = try result.get() else { throw CancellationError() }
        try OutputStream.standardOutput.writeLines([""] + Self.table(counts).lines)
        guard counts.lost == 0, counts.confirmed == counts.orders else {
            throw CommandFailure(.failed, "the broker lost \(counts.lost) of \(counts.confirmed) confirmed orders")
        }
    }

    static func table(_ counts: DemoLedger.Counts) -> Table {
        var table = Table([.left(""), .right(""), .left("")])
        let rows: [(String, Int, String)] = [
            ("published", counts.published, again(counts.publishedAgain)),
            ("confirmed", counts.confirmed, ""),
            ("delivered", counts.delivered, ""),
            ("redelivered", counts.redelivered, "of them \(NumberText.grouped(counts.requeued)) put back by a worker"),
            ("acknowledged", counts.acknowledged, ""),
            ("handled twice", counts.handledTwice, "the price of at least once: answers that the kill cut off"),
            ("lost", counts.lost, ""),
        ]
        for (name, count, note) in rows {
            table.add([name, NumberText.grouped(count), count == 0 && name != "published" ? "" : note])
        }
        return table
    }

    private static func again(_ count: Int) -> String {
        count == 0 ? "" : "and \(NumberText.grouped(count)) once more, as their confirms did not come"
    }

    /// The file that this process runs.
    private static func ownProgram() throws -> String {
        #if os(Linux)
        if let path = realpath("/proc/self/exe", nil) {
            defer { free(path) }
            return String(cString: path)
        }
        #endif
        guard let name = CommandLine.arguments.first, name.contains("/") else {
            throw CommandFailure(.failed, "cannot find this program's file: call it by its path")
        }
        return name
    }
}
