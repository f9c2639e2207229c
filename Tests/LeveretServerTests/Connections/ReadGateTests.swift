import Testing

@testable import LeveretServer

@Suite struct ReadGateTests {
    @Test func `blocking concerns only clients that have published`() {
        var gate = ReadGate()
        gate.isBlocked = true
        #expect(gate.isOpen)
        gate.hasPublished = true
        #expect(!gate.isOpen)
        gate.isBlocked = false
        #expect(gate.isOpen)
    }

    @Test func `a client that does not take its answers is not read`() {
        var gate = ReadGate()
        gate.isOutboundFull = true
        #expect(!gate.isOpen)
    }
}
