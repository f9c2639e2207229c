import Testing

@testable import LeveretCLI

struct SequenceLedgerTests {
    @Test func `each producer is followed on its own`() {
        var ledger = SequenceLedger(.sample(producers: 2), queues: 1)
        for (producer, sequence) in [(0, 0), (1, 0), (1, 1), (0, 1)] as [(Int, UInt64)] {
            #expect(Self.accepts(&ledger, producer, sequence))
        }
        #expect(!Self.accepts(&ledger, 1, 3))
    }

    @Test func `queues and priorities overtake each other, within one nothing does`() {
        var queues = SequenceLedger(.sample(consumers: 1, queues: 3), queues: 3)
        #expect(Self.accepts(&queues, 0, 2, queue: 2))
        #expect(Self.accepts(&queues, 0, 0, queue: 0))
        #expect(Self.accepts(&queues, 0, 3, queue: 0))
        #expect(Self.accepts(&queues, 0, 5, queue: 2))
        #expect(!Self.accepts(&queues, 0, 9, queue: 0), "6 is missing")
        var priorities = SequenceLedger(.sample(priorities: 2), queues: 1)
        #expect(Self.accepts(&priorities, 0, 1))
        #expect(Self.accepts(&priorities, 0, 3))
        #expect(Self.accepts(&priorities, 0, 0))
        #expect(!Self.accepts(&priorities, 0, 0), "it came twice")
    }

    @Test func `each queue of a fanout gets everything`() {
        var ledger = SequenceLedger(.sample(producers: 2, queues: 2, route: .fanout), queues: 2)
        for queue in 0..<2 {
            for producer in 0..<2 {
                #expect(Self.accepts(&ledger, producer, 0, queue: queue))
                #expect(Self.accepts(&ledger, producer, 1, queue: queue))
            }
        }
        #expect(!Self.accepts(&ledger, 0, 1, queue: 1))
    }

    @Test func `a message of somebody else is a fault only where there can be none`() {
        var own = SequenceLedger(.sample(), queues: 1)
        let isOwnFine = own.accepts(MessageMark(rawValue: 0), queue: 0)
        #expect(!isOwnFine)
        #expect(!Self.accepts(&own, 1, 0), "there is no such producer")
        var kept = SequenceLedger(.sample(keepsQueues: true), queues: 1)
        let isKeptFine = kept.accepts(MessageMark(rawValue: 0), queue: 0)
        #expect(isKeptFine)
    }

    @Test func `in queues that were kept a second run may follow the first, but nothing may go back`() {
        var ledger = SequenceLedger(.sample(producers: 0), queues: 1)
        for sequence: UInt64 in [0, 1, 2, 0, 1] { #expect(Self.accepts(&ledger, 0, sequence)) }
        #expect(!Self.accepts(&ledger, 0, 1))
        #expect(Self.accepts(&ledger, 0, 5), "another consumer may have had what lies between")
    }

    private static func accepts(
        _ ledger: inout SequenceLedger,
        _ producer: Int,
        _ sequence: UInt64,
        queue: Int = 0
    ) -> Bool {
        ledger.accepts(MessageMark(producer: producer, sequence: sequence), queue: queue)
    }
}
