import LeveretModel
import Testing

@testable import LeveretServer

@Suite struct SASLTests {
    @Test func `PLAIN carries user and password behind an identity`() throws {
        let credentials = try SASLMechanism.plain.credentials(in: Array("\0guest\0secret".utf8))
        #expect(credentials == Credentials(user: "guest", password: Array("secret".utf8)))
        let identified = try SASLMechanism.plain.credentials(in: Array("me\0guest\0".utf8))
        #expect(identified == Credentials(user: "guest", password: []))
    }

    @Test(arguments: ["", "guest", "\0guest", "\0guest\0pass\0word"])
    func `a malformed PLAIN response is a syntax error`(response: String) {
        #expect(throws: AMQPError(.syntaxError, "malformed PLAIN response", method: .connectionStartOk)) {
            try SASLMechanism.plain.credentials(in: Array(response.utf8))
        }
    }

    @Test func `a user that is not text is a syntax error`() {
        #expect(throws: AMQPError.self) { try SASLMechanism.plain.credentials(in: [0, 0xFF, 0xFE, 0, 1]) }
    }

    @Test func `AMQPLAIN carries a table without its length`() throws {
        var response: [UInt8] = []
        let table: FieldTable = ["LOGIN": "guest", "PASSWORD": "secret"]
        try table.encode(into: &response)
        let credentials = try SASLMechanism.amqplain.credentials(in: Array(response.dropFirst(4)))
        #expect(credentials == Credentials(user: "guest", password: Array("secret".utf8)))
    }

    @Test func `AMQPLAIN without a password is a syntax error`() throws {
        var response: [UInt8] = []
        let table: FieldTable = ["LOGIN": "guest"]
        try table.encode(into: &response)
        #expect(throws: AMQPError.self) {
            try SASLMechanism.amqplain.credentials(in: Array(response.dropFirst(4)))
        }
        #expect(throws: AMQPError.self) { try SASLMechanism.amqplain.credentials(in: response) }
    }

    @Test func `PLAIN is offered first`() {
        #expect(SASLMechanism.offered == "PLAIN AMQPLAIN")
    }
}
