import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct QuorumQueueTests {
    private func quorum(_ arguments: FieldTable = [:]) -> QueueOptions {
        var all: FieldTable = ["x-queue-type": "quorum"]
        for entry in arguments.entries { all[entry.key] = entry.value }
        return QueueOptions(durable: true, arguments: all)
    }

    private func core(_ arguments: FieldTable = [:]) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", quorum(arguments))
        try core.declare("dead", .durable)
        return core
    }

    @Test func `a message that fails more often than the limit is dead-lettered`() throws {
        let core = try core([
            "x-delivery-limit": 2, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead",
        ])
        try core.publish("a", key: "q", persistent: true)
        for tag in 1...3 {
            #expect(try core.get("q").texts == ["a"])
            try core.reject(UInt64(tag), requeue: true)
        }
        #expect(try core.drain("q") == [])
        #expect(try core.takeMessage("dead")?.headers["x-first-death-reason"] == "delivery_limit")
    }

    @Test func `twenty failures are allowed unless another limit is given`() throws {
        let core = try core()
        try core.publish("a", key: "q")
        for tag in 1...21 {
            #expect(try core.get("q").texts == ["a"])
            try core.reject(UInt64(tag), requeue: true)
        }
        #expect(try core.drain("q") == [])
    }

    @Test func `a limit of minus one is none, and giving back is no failure`() throws {
        let core = try core(["x-delivery-limit": -1])
        try core.publish("a", key: "q")
        for tag in 1...50 {
            try core.get("q")
            try core.reject(UInt64(tag), requeue: true)
        }
        #expect(try core.drain("q") == ["a"])
        let limited = try self.core(["x-delivery-limit": 1])
        try limited.publish("a", key: "q")
        for tag in 1...50 {
            try limited.get("q")
            try limited.nack(UInt64(tag))
        }
        #expect(try limited.drain("q") == ["a"])
    }

    @Test func `consumers are told how often a message failed and how often it came back`() throws {
        let core = try core()
        try core.publish("a", key: "q", headers: ["mine": "kept"])
        let first = try core.get("q").deliveries[0].message
        #expect(first.headers == ["mine": "kept"])
        try core.reject(1, requeue: true)
        #expect(try core.get("q").deliveries[0].message.headers["x-delivery-count"] == .int64(1))
        try core.nack(2)
        let third = try core.get("q").deliveries[0].message
        #expect(third.headers == ["mine": "kept", "x-delivery-count": .int64(1), "x-acquired-count": .int64(2)])
    }

    @Test func `a lost channel is a failure`() throws {
        let core = try core(["x-delivery-limit": 0])
        let other = try core.open(channel: 2)
        try core.publish("a", key: "q")
        try core.get("q", on: other)
        try core.apply(.closeChannel(other))
        #expect(try core.drain("q") == [])
    }

    @Test func `counts survive a restart`() throws {
        var core = try core(["x-delivery-limit": 1])
        try core.publish("a", key: "q", persistent: true)
        try core.get("q")
        try core.reject(1, requeue: true)
        core = try core.restarted()
        let delivery = try core.get("q").deliveries[0]
        #expect(delivery.redelivered)
        #expect(delivery.message.headers["x-delivery-count"] == .int64(1))
        try core.reject(1, requeue: true)
        #expect(try core.drain("q") == [])
    }

    @Test func `what makes no sense for quorum queues is refused`() throws {
        let core = try CoreHarness()
        let wrong: [(String, QueueOptions)] = [
            ("transient", QueueOptions(arguments: ["x-queue-type": "quorum"])),
            ("exclusive", QueueOptions(durable: true, exclusive: true, arguments: ["x-queue-type": "quorum"])),
            ("auto-delete", QueueOptions(durable: true, autoDelete: true, arguments: ["x-queue-type": "quorum"])),
            ("priorities", quorum(["x-max-priority": 5])), ("", quorum()),
        ]
        for (number, (name, options)) in wrong.enumerated() {
            let channel = try core.open(channel: UInt16(number + 2))
            #expect(try core.declare(name, options, on: channel).channelError?.code == .preconditionFailed, "\(name)")
        }
    }

    @Test func `arguments of quorum queues are refused for classic ones`() throws {
        let core = try CoreHarness()
        let error = try core.declare("q", QueueOptions(durable: true, arguments: ["x-delivery-limit": 5])).channelError
        #expect(
            error?.text
                == "PRECONDITION_FAILED - invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type "
                + "rabbit_classic_queue"
        )
    }

    @Test func `a shared prefetch and conditional deletion are refused`() throws {
        let core = try core()
        try core.setPrefetch(1, global: true)
        #expect(try core.consume("q").connectionError?.code == .notImplemented)
        let taken = try self.core()
        try taken.consume("q", exclusive: true)
        let second = try taken.open(session: 2)
        try taken.setPrefetch(1, global: true, on: second)
        #expect(try taken.consume("q", on: second).connectionError?.code == .notImplemented)
        let other = try self.core()
        #expect(try other.deleteQueue("q", ifEmpty: true).connectionError?.code == .notImplemented)
    }
}
