import LeveretModel
import Testing

@testable import LeveretServer

@Suite struct SASLTests {
    @Test func `PLAIN carries user and password behind an identity`() throws {
        let credentials = try Self.credentials(.plain, Array("\0guest\0secret".utf8))
        #expect(credentials == Credentials(user: "guest", password: Array("secret".utf8)))
        let identified = try Self.credentials(.plain, Array("me\0guest\0".utf8))
        #expect(identified == Credentials(user: "guest", password: []))
    }

    @Test(arguments: ["", "guest", "\0guest", "\0guest\0pass\0word"])
    func `a malformed PLAIN response is a syntax error`(response: String) {
        #expect(throws: AMQPError(.syntaxError, "malformed PLAIN response", method: .connectionStartOk)) {
            try Self.credentials(.plain, Array(response.utf8))
        }
    }

    @Test func `a user that is not text is a syntax error`() {
        #expect(throws: AMQPError.self) { try Self.credentials(.plain, [0, 0xFF, 0xFE, 0, 1]) }
    }

    @Test func `AMQPLAIN carries a table without its length`() throws {
        var response: [UInt8] = []
        let table: FieldTable = ["LOGIN": "guest", "PASSWORD": "secret"]
        try table.encode(into: &response)
        let credentials = try Self.credentials(.amqplain, Array(response.dropFirst(4)))
        #expect(credentials == Credentials(user: "guest", password: Array("secret".utf8)))
    }

    @Test func `AMQPLAIN without a password is a syntax error`() throws {
        var response: [UInt8] = []
        let table: FieldTable = ["LOGIN": "guest"]
        try table.encode(into: &response)
        #expect(throws: AMQPError.self) {
            try Self.credentials(.amqplain, Array(response.dropFirst(4)))
        }
        #expect(throws: AMQPError.self) { try Self.credentials(.amqplain, response) }
    }

    @Test func `PLAIN is offered first`() {
        #expect(LoginOffer().description == "PLAIN AMQPLAIN")
        #expect(LoginOffer(allowsAnonymous: true).description == "PLAIN AMQPLAIN ANONYMOUS")
        #expect(
            LoginOffer(certificateUser: "orders", allowsAnonymous: true).description
                == "PLAIN AMQPLAIN EXTERNAL ANONYMOUS"
        )
    }

    @Test func `what is not offered is not known`() {
        #expect(LoginOffer().mechanism(named: "PLAIN") == .plain)
        #expect(LoginOffer().mechanism(named: "EXTERNAL") == nil)
        #expect(LoginOffer().mechanism(named: "ANONYMOUS") == nil)
        #expect(LoginOffer(certificateUser: "orders").mechanism(named: "EXTERNAL") == .external)
    }

    @Test(arguments: ["", "someone else"])
    func `with EXTERNAL the certificate says who it is, whatever the response says`(response: String) throws {
        let login = try SASLMechanism.external.login(
            with: Array(response.utf8),
            LoginOffer(certificateUser: "CN=orders")
        )
        #expect(login == .certificate(user: "CN=orders"))
    }

    @Test func `EXTERNAL without a certificate is refused`() {
        #expect(throws: AMQPError.self) { try SASLMechanism.external.login(with: [], LoginOffer()) }
    }

    @Test(arguments: ["", "trace me"])
    func `ANONYMOUS is guest with the password of a new broker`(response: String) throws {
        let login = try SASLMechanism.anonymous.login(with: Array(response.utf8), LoginOffer(allowsAnonymous: true))
        #expect(login == .password(Credentials(user: "guest", password: Array("guest".utf8))))
    }

    private static func credentials(
        _ mechanism: SASLMechanism,
        _ response: [UInt8]
    ) throws(AMQPError) -> Credentials? {
        guard case .password(let credentials) = try mechanism.login(with: response, LoginOffer()) else { return nil }
        return credentials
    }
}
