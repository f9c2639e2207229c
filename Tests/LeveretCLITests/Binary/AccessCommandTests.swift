import Testing

@testable import LeveretCLI

/// The commands by which operators change users, virtual hosts, permissions and policies.
struct AccessCommandTests {
    /// Runs operator commands one after the other against a broker of their own.
    private struct Operation {
        let directory: String

        @discardableResult
        func callAsFunction(_ arguments: String..., input: String = "") async throws -> String {
            let outcome = try await Program.run(arguments, directory: directory, input: input)
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
            return outcome.output
        }

        func refusal(_ arguments: String..., status: Int32 = ExitStatus.refused.rawValue) async throws -> String {
            let outcome = try await Program.run(arguments, directory: directory, input: "")
            #expect(outcome.status == status, "\(arguments)")
            #expect(outcome.hasOneErrorLine, "\(arguments)")
            #expect(outcome.output.isEmpty, "\(arguments)")
            return outcome.errors
        }
    }

    private func withBroker(_ body: (_ url: String, Operation) async throws -> Void) async throws {
        try await Program.withBroker { url, directory in try await body(url, Operation(directory: directory)) }
    }

    @Test func `users come and go, and passwords may come from standard input`() async throws {
        try await withBroker { _, operate in
            try await operate("add_user", "alice", input: "secret\n")
            try await operate("add_user", "bob", "visible")
            #expect(try await operate("authenticate_user", "alice", input: "secret") == "success\n")
            #expect(try await operate.refusal("authenticate_user", "alice", "wrong").contains("'alice'"))
            try await operate("set_user_tags", "alice", "administrator", "impersonator")
            let lines = try await operate("list_users").split(separator: "\n")
            #expect(lines.map { $0.split(separator: " ").first } == ["USER", "alice", "bob", "guest"])
            #expect(
                try await operate("list_users", "--json").split(separator: "\n").first
                    == #"{"user":"alice","tags":["administrator","impersonator"]}"#
            )
            try await operate("change_password", "alice", input: "other")
            #expect(try await operate("authenticate-user", "alice", "other") == "success\n")
            try await operate("delete_user", "bob")
            #expect(try await operate.refusal("delete_user", "bob").contains("user 'bob' does not exist"))
            #expect(try await operate.refusal("add_user", "alice", "x").contains("exists already"))
            #expect(try await operate.refusal("add_user", "carol").contains("blank"))
        }
    }

    @Test func `a user with a hash of RabbitMQ's logs in by the password`() async throws {
        try await withBroker { _, operate in
            let hash = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
            try await operate("add_user", "alice", hash, "--pre-hashed-password")
            #expect(try await operate("authenticate_user", "alice", "test12") == "success\n")
        }
    }

    @Test func `a virtual host with permissions may be entered`() async throws {
        try await withBroker { url, operate in
            try await operate("add_vhost", "shop", "--description", "orders", "--tags", "a,b")
            try await operate("add_user", "alice", "secret")
            try await operate("set_permissions", "-p", "shop", "alice", "^mine", "", ".*")
            let address = url.replacing("amqp://", with: "amqp://alice:secret@") + "/shop"
            #expect(try await Program.run(["declare", "queue", "mine"], url: address).status == 0)
            #expect(
                try await Program.run(["declare", "queue", "other"], url: address).status == ExitStatus.refused.rawValue
            )
            #expect(
                try await operate("list_permissions", "--vhost", "shop", "--json")
                    == #"{"user":"alice","configure":"^mine","write":"","read":".*"}"# + "\n"
            )
            #expect(try await operate("list_user_permissions", "alice").contains("shop"))
            try await operate("clear_permissions", "-p", "shop", "alice")
            #expect(
                try await Program.run(["declare", "queue", "mine"], url: address).status == ExitStatus.refused.rawValue
            )
            try await operate("delete_vhost", "shop")
            #expect(try await operate("list_vhosts", "--json").split(separator: "\n").count == 1)
            #expect(try await operate.refusal("list_permissions", "-p", "shop").contains("'shop' does not exist"))
        }
    }

    @Test func `what describes a virtual host can be changed`() async throws {
        try await withBroker { _, operate in
            try await operate("update_vhost_metadata", "/", "--description", "all", "--default-queue-type", "quorum")
            #expect(
                try await operate("list_vhosts", "--json")
                    == #"{"name":"/","description":"all","tags":[],"default_queue_type":"quorum"}"# + "\n"
            )
            #expect(
                try await operate.refusal("update_vhost_metadata", "/", "--default-queue-type", "x")
                    .contains("'x' is not a queue type")
            )
        }
    }

    @Test func `limits are set, listed and cleared`() async throws {
        try await withBroker { url, operate in
            try await operate("set_vhost_limits", #"{"max-queues": 1}"#)
            #expect(try await Program.run(["declare", "queue", "first"], url: url).status == 0)
            #expect(try await Program.run(["declare", "queue", "second"], url: url).errors.contains("queue limit"))
            #expect(
                try await operate("list_vhost_limits", "--json")
                    == #"{"vhost":"/","max-connections":null,"max-queues":1}"# + "\n"
            )
            try await operate("clear_vhost_limits")
            #expect(try await operate("list_vhost_limits", "--json").isEmpty)
            try await operate("set_user_limits", "guest", #"{"max-connections": 0}"#)
            try await operate("set_user_limits", "guest", #"{"max-channels": 5}"#)
            #expect(
                try await operate("list_user_limits", "--user", "guest", "--json")
                    == #"{"user":"guest","max-connections":0,"max-channels":5}"# + "\n"
            )
            #expect(try await Program.run(["declare", "queue", "q"], url: url).errors.contains("connection limit"))
            try await operate("clear_user_limits", "guest", "max-connections")
            #expect(try await Program.run(["declare", "queue", "q"], url: url).status == 0)
            try await operate("clear_user_limits", "guest", "all")
            #expect(try await operate("list_user_limits", "--json").isEmpty)
            for wrong in ["5", "{", #"{"max-fun": 1}"#] {
                _ = try await operate.refusal("set_vhost_limits", wrong, status: ExitStatus.usage.rawValue)
            }
        }
    }

    @Test func `topic permissions are set, listed and cleared`() async throws {
        try await withBroker { _, operate in
            try await operate("set_topic_permissions", "guest", "amq.topic", "^{username}", ".*")
            #expect(
                try await operate("list_topic_permissions", "--json")
                    == #"{"user":"guest","exchange":"amq.topic","write":"^{username}","read":".*"}"# + "\n"
            )
            try await operate("clear_topic_permissions", "guest")
            #expect(try await operate("list_topic_permissions", "--json").isEmpty)
        }
    }

    @Test func `policies are set, listed and cleared`() async throws {
        try await withBroker { url, operate in
            _ = try await Program.run(["publish", "--queue", "q", "--declare", "--count", "3", "x"], url: url)
            let definition = #"{"overflow": "drop-head", "max-length": 1}"#
            try await operate("set_policy", "short", "^q", definition, "--apply-to", "queues", "--priority", "7")
            #expect(
                try await operate("list_policies", "--json")
                    == #"{"name":"short","pattern":"^q","apply-to":"queues","definition":"#
                    + #"{"max-length":1,"overflow":"drop-head"},"priority":7}"# + "\n"
            )
            #expect(try await operate("queues", "--json").contains(#""ready":1"#))
            #expect(try await operate.refusal("set_policy", "p", "(", definition).contains("regular expression"))
            #expect(try await operate.refusal("set_policy", "p", "q", #"{"max-fun": 1}"#).contains("'max-fun'"))
            _ = try await operate.refusal("set_policy", "p", "q", "max-length=1", status: ExitStatus.usage.rawValue)
            try await operate("clear_policy", "short")
            #expect(try await operate("list_policies", "--json").isEmpty)
            #expect(try await operate.refusal("clear_policy", "short").contains("'short' does not exist"))
        }
    }

    @Test func `what was changed is there after a kill and a start`() async throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let broker = DemoBroker(program: try Program.path(), directory: temporary.path)
        try await broker.start()
        let operate = Operation(directory: temporary.path)
        try await operate("add_user", "alice", "secret")
        try await operate("add_vhost", "shop")
        try await operate("set_permissions", "-p", "shop", "alice", ".*", ".*", ".*")
        try await operate("set_topic_permissions", "-p", "shop", "alice", "amq.topic", "a", "b")
        try await operate("set_policy", "-p", "shop", "short", "q", #"{"max-length": 1}"#)
        try await operate("set_user_limits", "alice", #"{"max-channels": 9}"#)
        try await operate("set_vhost_limits", "-p", "shop", #"{"max-queues": 9}"#)
        let lists = [
            ["list_users"], ["list_vhosts"], ["list_permissions", "-p", "shop"],
            ["list_topic_permissions", "-p", "shop"], ["list_policies", "-p", "shop"], ["list_user_limits"],
            ["list_vhost_limits"],
        ]
        let before = try await outputs(of: lists, temporary.path)
        #expect(before.allSatisfy { $0.contains("alice") || $0.contains("shop") || $0.contains("short") })
        try await broker.kill()
        try await broker.start()
        #expect(try await outputs(of: lists, temporary.path) == before)
        #expect(try await operate("authenticate_user", "alice", "secret") == "success\n")
        try await broker.stop()
        #expect(try await Program.run("check", temporary.path).status == 0)
    }

    private func outputs(of commands: [[String]], _ directory: String) async throws -> [String] {
        var outputs: [String] = []
        for command in commands {
            outputs.append(try await Program.run(command, directory: directory, input: "").output)
        }
        return outputs
    }
}
