import Testing

@testable import Leveret

@Suite("Logging in")
struct LoginTests {
    @Test func `guest may log in from this machine only, and only with its password`() async throws {
        try await Broker.run { broker in
            let guest = Array("guest".utf8)
            #expect(broker.authenticate(user: "guest", password: guest, fromLoopback: true) == .accepted)
            #expect(broker.authenticate(user: "guest", password: guest, fromLoopback: false) == .refused)
            #expect(broker.authenticate(user: "guest", password: [1], fromLoopback: true) == .refused)
            #expect(broker.authenticate(user: "nobody", password: guest, fromLoopback: true) == .refused)
        }
    }

    @Test func `a password hash has RabbitMQ's form`() {
        // Salt 908DC60E and password "test12", the example in RabbitMQ's guide on passwords.
        let hash = PasswordHash(encoded: "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR")
        #expect(hash.matches(Array("test12".utf8)))
        #expect(!hash.matches(Array("test13".utf8)))
    }
}
