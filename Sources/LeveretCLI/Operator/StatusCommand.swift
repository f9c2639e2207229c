import ArgumentParser
import Leveret

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how a running broker on this machine is: alarms, memory, disk, counts.",
        discussion: """
            EXAMPLES
              leveret status
              leveret status --data /var/lib/leveret --json
            """
    )

    @OptionGroup var broker: OperatorOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let status = try broker.client().ask(GetStatus())
        try OutputStream.standardOutput.writeLines(json ? [Self.json(status).text] : Self.table(status).lines)
    }

    static func table(_ status: BrokerStatus) -> Table {
        var table = Table([.left(""), .left("")])
        table.add(["alarms", status.alarms.isEmpty ? "none" : status.alarms.joined(separator: ", ")])
        table.add(["publishers wait", status.blockReason.map { "yes: \($0)" } ?? "no"])
        table.add(["memory", amount(status.usedMemory) + ", watermark " + amount(status.memoryLimit)])
        table.add(["free disk", amount(status.freeDisk) + ", limit " + amount(status.diskFreeLimit)])
        table.add(["messages in memory", NumberText.bytes(status.residentBytes)])
        table.add(["connections", NumberText.grouped(status.sessions)])
        table.add(["channels", NumberText.grouped(status.channels)])
        table.add(["queues", NumberText.grouped(status.queues)])
        return table
    }

    private static func amount(_ bytes: Int?) -> String { bytes.map { NumberText.bytes($0) } ?? "not watched" }

    static func json(_ status: BrokerStatus) -> JSONValue {
        [
            "alarms": .array(status.alarms.map { .string($0) }),
            "block_reason": status.blockReason.map { .string($0) } ?? .null,
            "memory_used": integer(status.usedMemory),
            "memory_limit": integer(status.memoryLimit),
            "disk_free": integer(status.freeDisk),
            "disk_free_limit": integer(status.diskFreeLimit),
            "resident_bytes": integer(status.residentBytes),
            "pinned_bytes": integer(status.pinnedBytes),
            "connections": integer(status.sessions),
            "channels": integer(status.channels),
            "queues": integer(status.queues),
        ]
    }

    private static func integer(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
}
