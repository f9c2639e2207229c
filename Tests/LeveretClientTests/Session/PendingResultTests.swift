import Testing

@testable import LeveretClient

struct PendingResultTests {
    @Test func `the first result counts`() async throws {
        let pending = PendingResult<Int>()
        #expect(pending.settle(.success(1)))
        #expect(!pending.settle(.success(2)))
        #expect(try await pending.value() == 1)
    }

    @Test func `a task that waits gets the result`() async throws {
        let pending = PendingResult<Int>()
        async let value = pending.value()
        pending.settle(.success(3))
        #expect(try await value == 3)
    }

    @Test func `a cancelled task waits no longer and a later result is not taken`() async throws {
        let pending = PendingResult<Int>()
        let task = Task { try await pending.value() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!pending.settle(.success(1)))
    }
}

struct FirstInFirstOutTests {
    @Test func `elements come out in the order in which they went in`() {
        var queue = FirstInFirstOut<Int>()
        var expected: [Int] = []
        var next = 0
        for round in 0..<400 {
            for _ in 0..<(round % 7) {
                queue.append(next)
                expected.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) {
                #expect(queue.first == expected.first)
                #expect(queue.removeFirst() == (expected.isEmpty ? nil : expected.removeFirst()))
            }
        }
        while let element = queue.removeFirst() { #expect(element == expected.removeFirst()) }
        #expect(expected.isEmpty)
        #expect(queue.first == nil)
    }
}
