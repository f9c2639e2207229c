import ArgumentParser
import Testing

@testable import LeveretCLI

struct ValidationTests {
    @Test(arguments: [
        ["publish"],
        ["publish", "--queue", "q", "--exchange", "x", "body"],
        ["publish", "--queue", "q", "--routing-key", "k", "body"],
        ["publish", "--queue", "", "body"],
        ["publish", "--exchange", "x", "--declare", "body"],
        ["publish", "--queue", "q", "--file", "f", "body"],
        ["publish", "--queue", "q", "--lines", "body"],
        ["publish", "--queue", "q", "--lines", "--count", "2"],
        ["publish", "--queue", "q", "--count", "0", "body"],
        ["publish", "--queue", "q", "--window", "0", "body"],
        ["publish", "--queue", "q", "--header", "novalue", "body"],
        ["publish", "--queue", "q", "--priority", "256", "body"],
        ["publish", "--queue", "q", "--expiration=-1", "body"],
        ["consume"],
        ["consume", "--queue", "q", "--count", "0"],
        ["consume", "--queue", "q", "--json", "--exec", "cat"],
        ["consume", "--queue", "q", "--no-ack", "--count", "1"],
        ["consume", "--queue", "q", "--no-ack", "--requeue", "--exec", "cat"],
        ["consume", "--queue", "q", "--requeue"],
        ["consume", "--queue", "q", "--requeue", "--count", "10", "--prefetch", "5"],
        ["consume", "--queue", "q", "--requeue", "--count", "70000"],
        ["get"],
        ["get", "--queue", "q", "--count", "0"],
        ["declare", "queue"],
        ["declare", "queue", ""],
        ["declare", "exchange"],
        ["bind", "--exchange", "x"],
        ["bind", "--exchange", "x", "--queue", "q", "--to-exchange", "y"],
        ["unbind", "--queue", "q"],
        ["purge"],
        ["serve", "--port"],
        ["serve", "--in-memory=maybe"],
        ["perf", "--producers", "0", "--consumers", "0"],
        ["perf", "--queues", "0"],
        ["perf", "--fanout", "2", "--queues", "3"],
        ["perf", "--fanout", "2", "--exchange", "x"],
        ["perf", "--routing-key", "k"],
        ["perf", "--size", "16,"],
        ["perf", "--priorities", "0"],
        ["perf", "--consumer-rate", "0"],
        ["perf", "--warmup", "5"],
        ["perf", "--broker-pid", "0"],
        ["perf", "mix"],
        ["perf", "mix", "--load", "--size"],
        ["perf", "mix", "--load", "--producers 0 --consumers 0"],
        ["perf", "connections", "--connections", "0"],
        ["perf", "connections", "--threads", "65"],
        ["perf", "churn", "--clients", "0"],
        ["perf", "churn", "--seconds", "0"],
        ["perf", "probe", "--timeout", "0"],
        ["perf", "probe", "--since", "0"],
        ["perf", "machine", "--seconds", "0"],
        ["perf", "machine", "--seconds", "61"],
        ["perf", "machine", "--directory", ""],
        ["perf", "machine", "--url", "amqp://localhost"],
        ["perf", "--seconds", "1", "--count", "1"],
        ["perf", "--seconds", "0"],
        ["perf", "--rate", "0"],
        ["perf", "--prefetch", "10", "--ack-every", "11"],
        ["perf", "--size=-1"],
        ["demo", "--messages", "0"],
        ["check"],
        ["add_user"],
        ["set_permissions", "alice", ".*"],
        ["set_policy", "name", "pattern"],
        ["set_policy", "name", "pattern", "{}", "--apply-to", "everything"],
        ["clear_user_limits", "alice", "max-fun"],
        ["nonsense"],
    ])
    func `a command line that makes no sense is a usage error`(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { try CommandRunner.parse(arguments) }
        let ending = Ending(of: try #require(error))
        #expect(ending.status == .usage)
        #expect(ending.text.hasPrefix("leveret: "))
        #expect(ending.text.split(separator: "\n").count <= 2)
    }

    @Test(arguments: [
        ["publish", "--queue", "q", "body"],
        ["publish", "--exchange", "x", "--routing-key", "k", "--file", "f"],
        ["publish", "--exchange", "", "--routing-key", "q", "body"],
        ["publish", "--queue", "q", "--lines", "--persistent", "--confirm", "--declare"],
        ["consume", "--queue", "q", "--count", "5", "--requeue"],
        ["consume", "--queue", "q", "--exec", "cat", "--requeue", "--prefetch", "3"],
        ["get", "--queue", "q", "--json"],
        ["declare", "queue", "q", "--durable", "--argument", "x-max-length=5"],
        ["declare", "exchange", "x", "--type", "topic"],
        ["delete", "queue", "q"],
        ["bind", "--exchange", "x", "--queue", "q", "--routing-key", "#"],
        ["serve", "--host", "0.0.0.0", "--port", "0", "--data", "d", "--durability", "normal", "--log-level", "debug"],
        ["perf", "--producers", "0", "--prefetch", "500", "--ack-every", "100"],
        ["perf", "--queues", "3", "--size", "16,1024", "--warmup", "1", "--consumer-rate", "100"],
        ["perf", "--exchange", "x", "--routing-key", "a", "--routing-key", "b"],
        ["perf", "--fanout", "10", "--consumers", "10", "--argument", "x-max-priority=3", "--priorities", "3"],
        ["perf", "mix", "--load", "--rate 100 --size 100", "--load", "--durable --persistent --confirm 10"],
        ["perf", "connections", "--connections", "10", "--threads", "2", "--hold", "0"],
        ["perf", "churn", "--clients", "2", "--seconds", "0.5"],
        ["perf", "probe", "--count", "10", "--since", "1700000000.25"],
        ["perf", "machine", "--directory", "d", "--seconds", "0.5", "--json"],
        ["queues", "--json"],
        ["check", "d"],
        ["demo"],
    ])
    func `a command line as in the help is understood`(arguments: [String]) throws {
        _ = try CommandRunner.parse(arguments)
    }

    @Test(arguments: [["serve", "--prot", "1"], ["serve", "extra"], ["serve", "--port"]])
    func `what is wrong with a start is told as for any command`(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { try CommandRunner.parse(arguments) }
        let whole = #expect(throws: (any Error).self) { try LeveretCommand.parseAsRoot(arguments) }
        let ending = Ending(of: try #require(error))
        #expect(ending == Ending(of: try #require(whole)))
        #expect(ending.text.contains("\nUsage: leveret serve"))
    }

    @Test func `every command has examples in its help`() {
        for command in LeveretCommand.configuration.subcommands {
            let nested = command.configuration.subcommands
            for command in nested.isEmpty ? [command] : nested {
                let examples = command.configuration.discussion.split(
                    separator: "EXAMPLES\n",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                #expect(examples.count == 2 && examples[1].contains("  leveret "), "\(command)")
            }
        }
    }

    @Test func `no line of an example is longer than a help screen`() {
        for command in LeveretCommand.configuration.subcommands {
            let nested = command.configuration.subcommands
            for command in nested.isEmpty ? [command] : nested {
                let examples = command.configuration.discussion.split(separator: "EXAMPLES", maxSplits: 1).last ?? ""
                for line in examples.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
            }
        }
    }

    @Test(arguments: [["--help"], ["help"], ["publish", "--help"], ["--version"]])
    func `help and version are a success`(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try CommandRunner.parse(arguments)
            try command.run()
        }
        #expect(try Ending(of: #require(error)).status == .success)
    }
}
