import Testing

@testable import LeveretCLI

struct MessageCommandTests {
    @Test func `what is published to a declared queue is got, and then the queue is empty`() async throws {
        try await Program.withBroker { url, _ in
            let published = try await Program.run("publish", "--url", url, "--queue", "hello", "--declare", "hi")
            #expect(published.status == 0)
            #expect(published.output.isEmpty)
            #expect(published.errors.isEmpty)
            let first = try await Program.run("get", "--url", url, "--queue", "hello")
            #expect(first.status == 0)
            #expect(first.output == "hi\n")
            let second = try await Program.run("get", "--url", url, "--queue", "hello")
            #expect(second.status == ExitStatus.failed.rawValue)
            #expect(second.output.isEmpty)
            #expect(second.hasOneErrorLine)
        }
    }

    @Test func `a missing queue is refused when publishing, consuming and getting`() async throws {
        try await Program.withBroker { url, _ in
            for command in ["publish", "consume", "get"] {
                let outcome = try await Program.run(command, "--url", url, "--queue", "missing", input: "x")
                #expect(outcome.status == ExitStatus.refused.rawValue, "\(command)")
                #expect(outcome.hasOneErrorLine, "\(command)")
                #expect(outcome.errors.contains("missing"), "\(command)")
            }
        }
    }

    @Test func `lines become messages and come out in their order, exactly as many as asked for`() async throws {
        try await Program.withBroker { url, _ in
            let lines = (1...5000).map { "line \($0)" }
            let input = lines.joined(separator: "\n") + "\n"
            let published = try await Program.run(
                "publish",
                "--url",
                url,
                "--queue",
                "q",
                "--declare",
                "--lines",
                "--persistent",
                "--confirm",
                input: input
            )
            #expect(published.status == 0)
            let first = try await Program.run("consume", "--url", url, "--queue", "q", "--count", "1234")
            #expect(first.status == 0)
            #expect(first.output == lines.prefix(1234).map { $0 + "\n" }.joined())
            // Nothing was sent beyond the count: what is left was never delivered before.
            let next = try await Program.run("get", "--url", url, "--queue", "q", "--json")
            #expect(next.output.contains(#""redelivered":false"#))
            #expect(next.output.contains(#""remaining":3765"#))
            #expect(next.output.contains(#""body":"line 1235""#))
        }
    }

    @Test func `looking at messages leaves them in their place`() async throws {
        try await Program.withBroker { url, _ in
            _ = try await Program.run("publish", "--url", url, "--queue", "q", "--declare", "--lines", input: "a\nb\nc")
            let look = try await Program.run("consume", "--url", url, "--queue", "q", "--count", "2", "--requeue")
            #expect(look.output == "a\nb\n")
            let all = try await Program.run("get", "--url", url, "--queue", "q", "--count", "9")
            #expect(all.output == "a\nb\nc\n")
        }
    }

    @Test func `a command's exit status decides what becomes of each message`() async throws {
        try await Program.withBroker { url, _ in
            _ = try await Program.run("publish", "--url", url, "--queue", "q", "--declare", "--lines", input: "a\nb\nc")
            let outcome = try await Program.run(
                "consume",
                "--url",
                url,
                "--queue",
                "q",
                "--count",
                "3",
                "--exec",
                "body=$(cat); echo $body; test $body != b"
            )
            #expect(outcome.status == ExitStatus.failed.rawValue)
            #expect(outcome.output == "a\nb\nc\n")
            #expect(outcome.hasOneErrorLine)
            let left = try await Program.run("get", "--url", url, "--queue", "q")
            #expect(left.status == ExitStatus.failed.rawValue)
        }
    }

    @Test func `what a command fails on goes back where it was, if that is wanted`() async throws {
        try await Program.withBroker { url, _ in
            _ = try await Program.run("publish", "--url", url, "--queue", "q", "--declare", "--lines", input: "a\nb")
            let outcome = try await Program.run(
                "consume",
                "--url",
                url,
                "--queue",
                "q",
                "--count",
                "1",
                "--exec",
                "exit 7",
                "--requeue"
            )
            #expect(outcome.status == ExitStatus.failed.rawValue)
            let left = try await Program.run("get", "--url", url, "--queue", "q", "--count", "9", "--json")
            #expect(left.output.filter(\.isNewline).count == 2)
            #expect(
                left.output.contains(#""redelivered":true,"properties":{},"remaining":1,"encoding":"utf-8","body":"a""#)
            )
        }
    }

    @Test func `an interrupted consumer leaves cleanly and keeps what it printed acknowledged`() async throws {
        try await Program.withBroker { url, _ in
            _ = try await Program.run(["publish", "--queue", "q", "--declare", "--count", "3", "x"], url: url)
            let ending = try await Program.interruptAfterFirstLine(["consume", "--queue", "q", "--url", url])
            #expect(ending == .exited(0))
            // One of them was printed at least, and those that were not are ready again.
            let left = try await Program.run(["purge", "--queue", "q"], url: url)
            #expect(["purged 0 messages\n", "purged 1 message\n", "purged 2 messages\n"].contains(left.output))
        }
    }

    @Test func `exchanges, bindings and properties do their part`() async throws {
        try await Program.withBroker { url, _ in
            for arguments in [
                ["declare", "queue", "orders", "--durable"], ["declare", "exchange", "events", "--type", "topic"],
                ["bind", "--exchange", "events", "--queue", "orders", "--routing-key", "order.*"],
            ] {
                #expect(try await Program.run(arguments, url: url).status == 0, "\(arguments)")
            }
            let publish = ["publish", "--exchange", "events", "--mandatory", "--header", "tenant=acme", "body"]
            #expect(try await Program.run(publish + ["--routing-key", "order.created"], url: url).status == 0)
            let unroutable = try await Program.run(publish + ["--routing-key", "stock"], url: url)
            #expect(unroutable.status == ExitStatus.refused.rawValue)
            let got = try await Program.run(["get", "--queue", "orders", "--json"], url: url)
            #expect(got.output.contains(#""routing_key":"order.created""#))
            #expect(got.output.contains(#""headers":{"tenant":"acme"}"#))
            let unbind = ["unbind", "--exchange", "events", "--queue", "orders", "--routing-key", "order.*"]
            #expect(try await Program.run(unbind, url: url).status == 0)
            let again = try await Program.run(publish + ["--routing-key", "order.created"], url: url)
            #expect(again.status == ExitStatus.refused.rawValue)
        }
    }

    @Test func `purging and deleting tell how much is gone`() async throws {
        try await Program.withBroker { url, _ in
            for _ in 0..<2 {
                _ = try await Program.run(["publish", "--queue", "q", "--declare", "--count", "7", "x"], url: url)
                #expect(try await Program.run(["purge", "--queue", "q"], url: url).output == "purged 7 messages\n")
            }
            _ = try await Program.run(["publish", "--queue", "q", "x"], url: url)
            let refused = try await Program.run(["delete", "queue", "q", "--if-empty"], url: url)
            #expect(refused.status == ExitStatus.refused.rawValue)
            #expect(try await Program.run(["delete", "queue", "q"], url: url).output == "deleted 1 message\n")
            #expect(try await Program.run(["delete", "queue", "q"], url: url).status == 0)
        }
    }
}
