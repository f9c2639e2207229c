import Leveret
import Testing

@testable import LeveretCLI

/// The operator's commands against a running broker.
struct OperatorCommandTests {
    @Test func `queues, exchanges and bindings are listed as rabbitmqctl lists them`() async throws {
        try await Program.withBroker { url, data in
            _ = try await Program.run(["publish", "--queue", "orders", "--declare", "--count", "3", "x"], url: url)
            let queues = try await Program.run("list_queues", "--data", data)
            #expect(queues.output == "name\tmessages\norders\t3\n")
            let chosen = try await Program.run(
                "list_queues",
                "--data",
                data,
                "-s",
                "-p",
                "/",
                "name",
                "messages_ready",
                "arguments",
                "durable"
            )
            #expect(chosen.output == "orders\t3\t[]\ttrue\n")
            let json = try await Program.run("list_queues", "--data", data, "--json", "name", "messages")
            #expect(json.output == #"{"name":"orders","messages":3}"# + "\n")
            let exchanges = try await Program.run("list_exchanges", "--data", data)
            #expect(exchanges.output.hasPrefix("name\ttype\n\tdirect\namq.direct\tdirect\n"))
            let bindings = try await Program.run("list_bindings", "--data", data, "-q")
            #expect(bindings.output.hasSuffix("\n\texchange\torders\tqueue\torders\t[]\n"))
        }
    }

    @Test func `a column that does not exist is refused, and so is a virtual host`() async throws {
        try await Program.withBroker { _, data in
            for arguments in [["nmae"], ["-p", "nowhere"]] {
                let outcome = try await Program.run(["list_queues", "--data", data] + arguments)
                #expect(outcome.status == ExitStatus.refused.rawValue)
                #expect(outcome.hasOneErrorLine)
            }
        }
    }

    @Test func `a queue is purged and deleted`() async throws {
        try await Program.withBroker { url, data in
            _ = try await Program.run(["publish", "--queue", "q", "--declare", "--count", "2", "x"], url: url)
            let kept = try await Program.run("delete_queue", "q", "--if-empty", "--data", data)
            #expect(kept.status == ExitStatus.refused.rawValue)
            #expect(try await Program.run("purge_queue", "q", "--data", data).output == "purged 2 messages\n")
            let deleted = try await Program.run("delete_queue", "q", "-e", "-u", "--data", data)
            #expect(deleted.output == "deleted 0 messages\n")
            #expect(try await Program.run("delete_queue", "q", "--data", data).status == ExitStatus.refused.rawValue)
        }
    }

    @Test func `a queue is paused, shown as such, and resumed`() async throws {
        try await Program.withBroker { url, data in
            _ = try await Program.run(["publish", "--queue", "q", "--declare", "x"], url: url)
            #expect(try await Program.run("pause_queue", "q", "--data", data).status == 0)
            let listed = try await Program.run("list_queues", "name", "state", "rate_limit", "--data", data, "--json")
            #expect(listed.output == #"{"name":"q","state":"paused","rate_limit":""}"# + "\n")
            let empty = try await Program.run(["get", "--queue", "q"], url: url)
            #expect(empty.status == ExitStatus.failed.rawValue)
            #expect(try await Program.run("resume_queue", "q", "--data", data).status == 0)
            let got = try await Program.run(["get", "--queue", "q"], url: url)
            #expect(got.status == 0)
            let missing = try await Program.run("pause_queue", "none", "--data", data)
            #expect(missing.status == ExitStatus.refused.rawValue)
            #expect(missing.hasOneErrorLine)
        }
    }

    @Test func `delayed messages are listed and dropped for good`() async throws {
        try await Program.withBroker { url, data in
            let publish = ["publish", "--queue", "q", "--declare", "--persistent", "--delay", "3600000", "x"]
            _ = try await Program.run(publish, url: url)
            _ = try await Program.run(publish, url: url)
            let listed = try await Program.run("list_delayed", "q", "--data", data, "--json")
            let lines = listed.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.contains(#""bytes":1,"returns":0"#) })
            #expect(try await Program.run("cancel_delayed", "q", "1", "--data", data).status == 0)
            let again = try await Program.run("cancel_delayed", "q", "1", "--data", data)
            #expect(again.status == ExitStatus.refused.rawValue)
            #expect(again.hasOneErrorLine)
            let left = try await Program.run("list_delayed", "q", "--data", data, "--json")
            #expect(left.output.split(separator: "\n").count == 1)
            #expect(try await Program.run("list_delayed", "none", "--data", data).status == ExitStatus.refused.rawValue)
        }
    }

    @Test func `an alarm is raised by a watermark, shown, and cleared`() async throws {
        try await Program.withBroker { _, data in
            #expect(try await Program.run("set_vm_memory_high_watermark", "0", "--data", data).status == 0)
            let status = try await Program.run("status", "--data", data)
            #expect(status.output.contains("memory\n"))
            #expect(status.output.contains("yes: low on memory\n"))
            _ = try await Program.run("set_vm_memory_high_watermark", "absolute", "1000GB", "--data", data)
            _ = try await Program.run("set_disk_free_limit", "1000TB", "--data", data)
            let json = try await Program.run("status", "--data", data, "--json")
            #expect(json.output.contains(#""alarms":["disk"],"block_reason":"low on disk""#))
        }
    }

    @Test(arguments: [
        ("0.4", nil, ResourceLimits.Amount.partOfMemory(0.4)), ("0", nil, .partOfMemory(0)),
        ("absolute", "2GB", .bytes(2_000_000_000)), ("absolute", "1024", .bytes(1024)),
    ])
    func `a watermark is a fraction or an amount`(
        first: String,
        second: String?,
        amount: ResourceLimits.Amount
    ) throws {
        #expect(try SetMemoryWatermarkCommand.watermark([first] + (second.map { [$0] } ?? [])) == amount)
    }

    @Test(arguments: [
        ["set_vm_memory_high_watermark"], ["set_vm_memory_high_watermark", "2GB"],
        ["set_vm_memory_high_watermark", "absolute", "much"], ["set_disk_free_limit"],
        ["set_disk_free_limit", "mem_relative", "x"], ["set_disk_free_limit", "1", "2"], ["close_connection", "1"],
        ["delete_queue"], ["purge_queue"], ["pause_queue"], ["resume_queue"],
    ])
    func `a command line that makes no sense is a usage error`(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == ExitStatus.usage.rawValue)
    }

    @Test func `texts and tables are written as rabbitmqctl writes them`() {
        let table = OperatorValue.table(["x-b": .text("t\"x"), "x-a": .integer(5), "x-c": .list([.boolean(true)])])
        #expect(table.text == #"[{"x-a",5}, {"x-b","t\"x"}, {"x-c",[true]}]"#)
        #expect(OperatorValue.table([:]).text == "[]")
        #expect(OperatorValue.text("two\nlines\tand \\").text == #"two\nlines\tand \\"#)
        #expect(OperatorValue.null.text == "undefined")
    }

    @Test(arguments: [
        ("0", 0), ("50MB", 50_000_000), ("2GB", 2_000_000_000), ("1KiB", 1024), ("3MiB", 3 << 20), ("1k", 1024),
        ("1kB", 1000), ("9223372036854775807", Int.max),
    ])
    func `amounts are read as RabbitMQ reads them`(text: String, bytes: Int) {
        #expect(ByteCount.parse(text) == bytes)
    }

    @Test(arguments: ["", "MB", "-1", "1.5GB", "9223372036854775808", "9223372036854775807k", "1 MB", "1XB", "٣"])
    func `what is no amount is none`(text: String) {
        #expect(ByteCount.parse(text) == nil)
    }
}
