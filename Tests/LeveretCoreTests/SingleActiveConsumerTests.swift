import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct SingleActiveConsumerTests {
    private func core() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-single-active-consumer": true]))
        return core
    }

    @Test func `one consumer gets everything, and the next takes over when it leaves`() throws {
        let core = try core()
        let second = try core.open(channel: 2)
        try core.consume("q", tag: "first")
        try core.consume("q", tag: "second", on: second)
        #expect(try core.publish("a", "b", "c", key: "q").receivers == [1, 1, 1])
        try core.cancel("first")
        #expect(try core.publish("d", key: "q").receivers == [2])
    }

    @Test func `a consumer at its prefetch is waited for`() throws {
        let core = try core()
        let second = try core.open(channel: 2)
        try core.setPrefetch(1)
        try core.consume("q")
        try core.consume("q", on: second)
        #expect(try core.publish("a", "b", key: "q").receivers == [1])
        #expect(try core.ack(1).receivers == [1])
    }

    @Test func `when its channel goes, what it had goes to the next, in order`() throws {
        let core = try core()
        let second = try core.open(channel: 2)
        try core.consume("q")
        try core.consume("q", on: second)
        try core.publish("a", "b", key: "q")
        let taken = try core.apply(.closeChannel(core.channel))
        #expect(taken.texts == ["a", "b"])
        #expect(taken.redelivered == [true, true])
    }

    @Test func `an exclusive consumer is refused`() throws {
        let core = try core()
        #expect(try core.consume("q", exclusive: true).channelError?.code == .accessRefused)
    }
}
