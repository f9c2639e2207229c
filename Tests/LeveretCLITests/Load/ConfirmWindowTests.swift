import Testing

@testable import LeveretCLI

struct ConfirmWindowTests {
    @Test func `no more than the window may wait`() throws {
        var window = ConfirmWindow(size: 10)
        #expect(window.room == 10)
        window.noteSent(10) { _ in 1 }
        #expect(window.room == 0)
        try window.answer(4, multiple: true, refused: false, at: 2)
        #expect(window.room == 4)
        #expect(window.answered == 4)
    }

    @Test func `confirms may come in any order and count once`() throws {
        var window = ConfirmWindow(size: 5)
        window.noteSent(5) { _ in 1 }
        for sequence: UInt64 in [3, 1, 5, 3] { try window.answer(sequence, multiple: false, refused: false, at: 2) }
        #expect(window.answered == 3)
        try window.answer(5, multiple: true, refused: false, at: 2)
        #expect(window.answered == 5)
        try window.answer(5, multiple: true, refused: false, at: 2)
        #expect(window.answered == 5)
        #expect(window.room == 5)
    }

    @Test func `a refusal of many counts each of them that waited`() throws {
        var window = ConfirmWindow(size: 5)
        window.noteSent(5) { _ in 1 }
        try window.answer(2, multiple: false, refused: false, at: 2)
        try window.answer(4, multiple: true, refused: true, at: 2)
        #expect(window.refused == 3)
    }

    @Test func `a confirm for what was never sent is the broker's fault`() {
        var window = ConfirmWindow(size: 5)
        window.noteSent(1) { _ in 1 }
        #expect(throws: LoadFailure.self) { try window.answer(2, multiple: false, refused: false, at: 2) }
        #expect(throws: LoadFailure.self) { try window.answer(.max, multiple: true, refused: false, at: 2) }
    }

    @Test func `one that stays unanswered holds the others back before the ring is full`() throws {
        var window = ConfirmWindow(size: 1000)
        window.noteSent(1) { _ in 1 }
        var sent: UInt64 = 1
        while window.room > 0 {
            window.noteSent(1) { _ in 1 }
            sent += 1
            try window.answer(sent, multiple: false, refused: false, at: 2)
        }
        #expect(window.answered == sent - 1)
        try window.answer(1, multiple: false, refused: false, at: 2)
        #expect(window.answered == sent)
        #expect(window.room == 1000)
    }

    @Test func `what was sent before the warm-up ended has no latency`() throws {
        var window = ConfirmWindow(size: 10, measuredFrom: 103)
        window.noteSent(5) { number in 100 + number }
        try window.answer(5, multiple: true, refused: false, at: 200)
        #expect(window.answered == 5)
        #expect(window.latencies.count == 2)
        #expect(window.latencies.maximum == 97)
    }

    @Test func `latency is from sending to the confirm`() throws {
        var window = ConfirmWindow(size: 2)
        window.noteSent(1) { _ in 100 }
        window.noteSent(1) { _ in 110 }
        try window.answer(2, multiple: true, refused: false, at: 130)
        #expect(window.latencies.count == 2)
        #expect(window.latencies.maximum == 30)
        #expect(window.latencies.quantile(0) == 20)
    }
}
