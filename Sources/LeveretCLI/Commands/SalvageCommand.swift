import ArgumentParser
import LeveretJournal

struct SalvageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage",
        abstract: "Copy what can be read of a damaged data directory into a new one.",
        discussion: """
            Changes nothing in the damaged directory. Lists what is lost; exit status 1 if anything is. A backup is \
            better, if there is one.

            EXAMPLES
              leveret salvage /var/lib/leveret /var/lib/leveret-salvaged
            """
    )

    @Argument(help: "The damaged data directory.")
    var directory: String

    @Argument(help: "Where the copy goes: a directory that is empty or does not exist.")
    var target: String

    func run() throws {
        let report: SalvageReport
        do {
            report = try JournalSalvage.run(directory: directory, into: target)
        } catch {
            throw CommandFailure(.dataDirectory, ErrorTranslation.oneLine("\(error)"))
        }
        try OutputStream.standardOutput.writeLines(Self.lines(report))
        guard report.isComplete else {
            let places = NumberText.counted(report.losses.count, "place")
            throw CommandFailure(.failed, "\(directory) could not be read in \(places): \(target) has the rest")
        }
    }

    static func lines(_ report: SalvageReport) -> [String] {
        var table = Table([.left(""), .right("")])
        let counts = [
            ("virtual hosts", report.virtualHosts), ("exchanges", report.exchanges), ("queues", report.queues),
            ("bindings", report.bindings), ("users", report.users), ("permissions", report.permissions),
            ("segments", report.segments), ("content bytes", report.contentBytes),
        ]
        for (name, count) in counts { table.add([name, NumberText.grouped(count)]) }
        return table.lines + report.losses.map { "lost: \($0)" } + report.lostMessages.map(Self.line)
    }

    private static func line(_ lost: SalvageReport.LostMessages) -> String {
        let messages = NumberText.counted(lost.count, "message")
        guard let name = lost.name, let virtualHost = lost.virtualHost else {
            return "lost: \(messages) of a queue whose definition is lost too (number \(lost.number))"
        }
        return "lost: \(messages) of queue '\(name)' in virtual host '\(virtualHost)'"
    }
}
