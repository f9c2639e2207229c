import FoundationEssentials
import Leveret
import Testing

@Suite struct OperatorRequestTests {
    private func answer(to line: String, _ prepare: (Broker) async throws -> Void = { _ in }) async throws -> String {
        try await Broker.run { broker in
            try await prepare(broker)
            return String(decoding: await broker.administer(requestLine: Array(line.utf8)), as: UTF8.self)
        }
    }

    @Test func `a request is a line of JSON and so is its answer`() async throws {
        let line = try await answer(to: #"{"command":"list_queues"}"#) { broker in
            try await broker.withChannel { _ = try await $0.declareQueue("orders", .durable) }
        }
        let queues = try JSONDecoder().decode(OperatorAnswer<[QueueSummary]>.self, from: Data(line.utf8)).answer
        #expect(queues.map(\.name) == ["orders"])
    }

    @Test func `a request carries its name beside its fields`() throws {
        let line = try JSONEncoder().encode(OperatorMessage(GetStatus()))
        #expect(String(decoding: line, as: UTF8.self) == #"{"command":"status"}"#)
    }

    @Test(arguments: ["", "nonsense", "[]", "{}", #"{"command":"drop_everything"}"#, #"{"command":5}"#])
    func `a line that is no request is refused`(line: String) async throws {
        #expect(try await answer(to: line) == #"{"error":"not a request that this broker knows"}"#)
    }
}
