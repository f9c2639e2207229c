import Testing

@testable import LeveretServer

@Suite struct ReadGateTests {
    @Test func `blocking concerns a client from its next publishing on, and it is told once`() {
        var gate = ReadGate()
        let told = [
            gate.published(), gate.block("low on memory", awaitsAnswers: false), gate.published(), gate.published(),
        ]
        #expect(told == [nil, nil, "low on memory", nil])
        #expect(!gate.isOpen)
        let isTold = gate.unblock()
        #expect(isTold)
        #expect(gate.isOpen)
    }

    @Test func `before it publishes it is read as ever`() {
        var gate = ReadGate()
        _ = gate.block("low on memory", awaitsAnswers: false)
        #expect(gate.isOpen)
    }

    @Test func `it concerns a client that waits for answers at once`() {
        var gate = ReadGate()
        let told = gate.block("low on memory", awaitsAnswers: true)
        #expect(told == "low on memory")
        #expect(!gate.isOpen)
    }

    @Test func `a client that was not told of the beginning is not told of the end`() {
        var gate = ReadGate()
        _ = gate.block("low on disk", awaitsAnswers: false)
        let isTold = gate.unblock()
        let told = gate.published()
        #expect(!isTold)
        #expect(told == nil)
        #expect(gate.isOpen)
    }

    @Test func `a client that does not take its answers is not read`() {
        var gate = ReadGate()
        gate.isOutboundFull = true
        #expect(!gate.isOpen)
    }
}
