import ArgumentParser
import FoundationEssentials
import Leveret
import LeveretJournal

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a broker's data into a new directory, also while the broker runs.",
        discussion: """
            A running broker makes the copy itself and goes on meanwhile; the copy holds everything that was \
            confirmed before the command began. To restore, start a broker on the copy.

            EXAMPLES
              leveret backup /var/lib/leveret /backup/monday
              leveret serve --data /backup/monday
            """
    )

    /// A large copy takes its time.
    private static let timeoutMilliseconds = 24 * 3_600_000

    @Argument(help: "The data directory.")
    var directory: String

    @Argument(help: "Where the copy goes: a directory that is empty or does not exist.")
    var target: String

    func run() throws {
        do {
            try copyFromRunningBroker()
        } catch let failure as CommandFailure where failure.status == .unreachable {
            try copyFromFiles()
        }
        try OutputStream.standardOutput.writeLines(["copied \(directory) to \(target)"])
    }

    private func copyFromRunningBroker() throws {
        let client = OperatorClient(directory: directory, timeoutMilliseconds: Self.timeoutMilliseconds)
        // The broker has a working directory of its own.
        _ = try client.ask(BackUp(directory: URL(fileURLWithPath: target).path))
    }

    private func copyFromFiles() throws {
        do {
            try DatabaseCopy.run(directory: directory, to: target)
        } catch {
            throw CommandFailure(.dataDirectory, ErrorTranslation.oneLine("\(error)"))
        }
    }
}
