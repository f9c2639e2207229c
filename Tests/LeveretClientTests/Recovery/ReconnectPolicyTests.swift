import Testing

@testable import LeveretClient

struct ReconnectPolicyTests {
    @Test func `never is never`() {
        #expect(ReconnectPolicy.never.pause(beforeAttempt: 1, chance: 0) == nil)
    }

    @Test func `pauses double up to the maximum`() {
        let policy = ReconnectPolicy.backoff(initial: .seconds(1), maximum: .seconds(10), jitter: 0)
        let pauses = (1...7).map { policy.pause(beforeAttempt: $0, chance: 1) }
        #expect(pauses == [1, 2, 4, 8, 10, 10, 10].map { .seconds($0) })
        #expect(policy.pause(beforeAttempt: .max, chance: 0) == .seconds(10))
    }

    @Test func `chance shortens a pause by no more than the jitter`() {
        let policy = ReconnectPolicy.backoff(initial: .seconds(10), jitter: 0.5)
        #expect(policy.pause(beforeAttempt: 1, chance: 0) == .seconds(10))
        #expect(policy.pause(beforeAttempt: 1, chance: 0.5) == .milliseconds(7500))
        #expect(policy.pause(beforeAttempt: 1, chance: 1) == .seconds(5))
    }

    @Test func `attempts are limited`() {
        let policy = ReconnectPolicy.backoff(initial: .zero, attempts: 2)
        #expect(policy.pause(beforeAttempt: 2, chance: 0) == .zero)
        #expect(policy.pause(beforeAttempt: 3, chance: 0) == nil)
    }
}
