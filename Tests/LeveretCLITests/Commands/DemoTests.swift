import Testing

@testable import LeveretCLI

struct DemoTests {
    @Test func `an order is lost if it was confirmed and never acknowledged`() {
        let ledger = DemoLedger(orders: 3)
        for order in 0..<3 { ledger.notePublished(order) }
        ledger.noteConfirmed(0)
        ledger.noteConfirmed(1)
        ledger.noteAcknowledged(1)
        #expect(ledger.counts.lost == 1)
        #expect(ledger.unconfirmed == [2])
    }

    @Test func `an acknowledgement before the confirm is no loss`() {
        let ledger = DemoLedger(orders: 1)
        ledger.noteAcknowledged(0)
        ledger.noteConfirmed(0)
        #expect(ledger.counts.lost == 0)
    }

    @Test func `what is handled twice is told, and counts once`() {
        let ledger = DemoLedger(orders: 1)
        ledger.notePublished(0)
        ledger.notePublished(0)
        #expect(ledger.noteDelivered(0, redelivered: false))
        ledger.noteAcknowledged(0)
        #expect(ledger.noteDelivered(0, redelivered: true))
        ledger.noteAcknowledged(0)
        let counts = ledger.counts
        #expect(counts.published == 1)
        #expect(counts.publishedAgain == 1)
        #expect(counts.delivered == 2)
        #expect(counts.redelivered == 1)
        #expect(counts.handledTwice == 1)
        #expect(counts.acknowledged == 1)
    }

    @Test func `a message that is no order is not counted`() {
        let ledger = DemoLedger(orders: 1)
        #expect(!ledger.noteDelivered(-1, redelivered: false))
        #expect(!ledger.noteDelivered(1, redelivered: false))
        #expect(ledger.counts.delivered == 0)
    }

    @Test func `waiting ends when the counts say so`() async {
        let ledger = DemoLedger(orders: 2)
        async let waited: Void = ledger.wait { $0.confirmed == 2 }
        ledger.noteConfirmed(0)
        ledger.noteConfirmed(1)
        await waited
        await ledger.wait { $0.confirmed == 2 }
    }

    @Test func `waiting ends when the task is cancelled`() async {
        let ledger = DemoLedger(orders: 1)
        let waiting = Task { await ledger.wait { $0.confirmed == 1 } }
        waiting.cancel()
        await waiting.value
        #expect(ledger.counts.confirmed == 0)
    }
}
