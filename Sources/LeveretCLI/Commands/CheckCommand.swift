import ArgumentParser
import LeveretJournal

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify a data directory while no broker uses it.",
        discussion: """
            Reads everything, compares every checksum and changes nothing. Exit status 5 if anything is wrong.

            EXAMPLES
              leveret check /var/lib/leveret
              leveret check /var/lib/leveret --json
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report: JournalCheckReport
        do {
            report = try JournalCheck.run(directory: directory)
        } catch {
            throw CommandFailure(.dataDirectory, ErrorTranslation.oneLine("\(error)"))
        }
        let output = OutputStream.standardOutput
        try output.writeLines(json ? [Self.json(report).text] : Self.lines(report))
        guard report.isSound else {
            let problems = NumberText.counted(report.problems.count, "problem")
            throw CommandFailure(
                .dataDirectory,
                "\(directory) has \(problems): restore a backup, or copy what can be read with `leveret salvage`"
            )
        }
    }

    static func lines(_ report: JournalCheckReport) -> [String] {
        var table = Table([.left(""), .right("")])
        for (name, count) in counts(of: report) { table.add([name, NumberText.grouped(count)]) }
        let verdict = report.isSound ? ["sound"] : report.problems.map { "problem: \($0)" }
        return table.lines + verdict
    }

    private static func counts(of report: JournalCheckReport) -> [(String, Int)] {
        [
            ("format version", report.formatVersion),
            ("virtual hosts", report.virtualHosts),
            ("exchanges", report.exchanges),
            ("queues", report.queues),
            ("bindings", report.bindings),
            ("users", report.users),
            ("permissions", report.permissions),
            ("topic permissions", report.topicPermissions),
            ("policies", report.policies),
            ("segments", report.segments),
            ("content bytes", report.contentBytes),
            ("index bytes", report.indexBytes),
            ("settlements", report.settlements),
            ("updates", report.updates),
            ("deduplication entries", report.deduplications),
            ("delivery marks", report.deliveryMarks),
            ("database bytes", report.databaseBytes),
            ("content file bytes", report.contentFileBytes),
            ("log bytes", report.logBytes),
        ]
    }

    static func json(_ report: JournalCheckReport) -> JSONValue {
        let members = counts(of: report).map { name, count in
            JSONValue.Member(name: name.replacing(" ", with: "_"), value: .integer(Int64(count)))
        }
        return .object(
            members + [
                .init(name: "sound", value: .boolean(report.isSound)),
                .init(name: "problems", value: .array(report.problems.map { .string($0) })),
            ]
        )
    }
}
