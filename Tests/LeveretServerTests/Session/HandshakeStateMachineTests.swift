import LeveretModel
import LeveretWire
import Testing

@testable import LeveretServer

@Suite struct HandshakeStateMachineTests {
    private let proposal = FrameLimits(frameMax: 131_072, channelMax: 2047, heartbeat: 60)

    private func makeMachine() -> HandshakeStateMachine {
        HandshakeStateMachine(serverProperties: .serverProperties(ServerConfiguration()), proposal: proposal)
    }

    private func startOk(
        mechanism: String = "PLAIN",
        response: String = "\0guest\0secret",
        properties: FieldTable = [:]
    ) -> Method {
        .connectionStartOk(
            ConnectionStartOk(
                clientProperties: properties,
                mechanism: mechanism,
                response: Array(response.utf8),
                locale: "en_US"
            )
        )
    }

    private func tuneOk(channelMax: UInt16 = 2047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 60) -> Method {
        .connectionTuneOk(ConnectionTuneOk(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat))
    }

    @Test(arguments: [ProtocolHeader.version091, .version09])
    func `a good handshake goes through start, tune and open`(header: ProtocolHeader) {
        var machine = makeMachine()
        guard case .send(.connectionStart(let start)) = machine.receive(header) else {
            Issue.record("connection.start was expected")
            return
        }
        #expect(start.mechanisms == "PLAIN AMQPLAIN")
        #expect(start.locales == "en_US")
        #expect((start.versionMajor, start.versionMinor) == (0, 9))
        #expect(
            machine.receive(startOk())
                == .authenticate(.password(Credentials(user: "guest", password: Array("secret".utf8))))
        )
        #expect(
            machine.authenticated(true)
                == .send(.connectionTune(ConnectionTune(channelMax: 2047, frameMax: 131_072, heartbeat: 60)))
        )
        #expect(
            machine.receive(tuneOk(channelMax: 10, frameMax: 8192, heartbeat: 0))
                == .tuned(FrameLimits(frameMax: 8192, channelMax: 10, heartbeat: 0))
        )
        #expect(
            machine.receive(.connectionOpen(ConnectionOpen(virtualHost: "/"))) == .open(virtualHost: "/")
        )
        #expect(machine.user == "guest")
    }

    @Test(arguments: [ProtocolHeader.http, .tls, .unknown, .unsupported(1, 1, 0, 0)])
    func `another protocol is refused`(header: ProtocolHeader) {
        var machine = makeMachine()
        #expect(machine.receive(header) == .refuse(header))
    }

    @Test func `only what is true is among the capabilities`() {
        let table = FieldTable.serverProperties(ServerConfiguration())
        guard case .table(let capabilities) = table["capabilities"] else {
            Issue.record("capabilities are missing")
            return
        }
        #expect(capabilities["basic.nack"] == .boolean(true))
        #expect(capabilities["direct_reply_to"] == .boolean(true))
        #expect(table["product"]?.string == "Leveret")
        #expect(table["version"]?.string == ServerConfiguration().version)
    }

    @Test func `a compatibility version is told with RabbitMQ's name`() {
        var configuration = ServerConfiguration()
        configuration.compatibilityVersion = "3.13.0"
        let table = FieldTable.serverProperties(configuration)
        #expect(table["product"]?.string == "RabbitMQ")
        #expect(table["version"]?.string == "3.13.0")
    }

    @Test(arguments: ["MAGIC", "EXTERNAL", "ANONYMOUS", "plain", ""])
    func `a mechanism that is not on offer is refused with 503`(mechanism: String) {
        var machine = makeMachine()
        _ = machine.receive(.version091)
        guard case .fail(let error) = machine.receive(startOk(mechanism: mechanism)) else {
            Issue.record("a failure was expected")
            return
        }
        #expect(error.code == .commandInvalid)
        #expect(error.scope == .connection)
    }

    @Test func `a verified certificate logs in without a password`() {
        var machine = makeMachine()
        machine.offer = LoginOffer(certificateUser: "CN=orders")
        guard case .send(.connectionStart(let start)) = machine.receive(.version091) else {
            Issue.record("connection.start was expected")
            return
        }
        #expect(start.mechanisms == "PLAIN AMQPLAIN EXTERNAL")
        #expect(
            machine.receive(startOk(mechanism: "EXTERNAL", response: ""))
                == .authenticate(.certificate(user: "CN=orders"))
        )
        _ = machine.authenticated(true)
        #expect(machine.user == "CN=orders")
        #expect(machine.mechanism == .external)
    }

    @Test func `a malformed response is refused with 502`() {
        var machine = makeMachine()
        _ = machine.receive(.version091)
        guard case .fail(let error) = machine.receive(startOk(response: "nonsense")) else {
            Issue.record("a failure was expected")
            return
        }
        #expect(error.code == .syntaxError)
    }

    @Test func `a refused login is told only to clients that understand it`() {
        var plain = makeMachine()
        _ = plain.receive(.version091)
        _ = plain.receive(startOk())
        guard case .drop = plain.authenticated(false) else {
            Issue.record("the connection should be dropped")
            return
        }
        var capable = makeMachine()
        _ = capable.receive(.version091)
        let capabilities: FieldTable = ["authentication_failure_close": true]
        _ = capable.receive(startOk(properties: ["capabilities": .table(capabilities)]))
        guard case .fail(let error) = capable.authenticated(false) else {
            Issue.record("the connection should be closed with an error")
            return
        }
        #expect(error.code == .accessRefused)
        #expect(error.scope == .connection)
        #expect(error.text.contains("Login was refused using authentication mechanism PLAIN"))
    }

    @Test(arguments: [
        (UInt16(2048), UInt32(131_072)), (0, 131_072), (2047, 131_073), (2047, 0), (2047, 4095),
    ])
    func `limits out of range are refused with 530`(channelMax: UInt16, frameMax: UInt32) {
        var machine = makeMachine()
        _ = machine.receive(.version091)
        _ = machine.receive(startOk())
        _ = machine.authenticated(true)
        guard case .fail(let error) = machine.receive(tuneOk(channelMax: channelMax, frameMax: frameMax)) else {
            Issue.record("a failure was expected")
            return
        }
        #expect(error.code == .notAllowed)
    }

    @Test func `a method before its time is refused with 504`() {
        var machine = makeMachine()
        _ = machine.receive(.version091)
        guard case .fail(let error) = machine.receive(.connectionOpen(ConnectionOpen(virtualHost: "/"))) else {
            Issue.record("a failure was expected")
            return
        }
        #expect(error.code == .channelError)
    }

    @Test func `a client may leave in the middle`() {
        var machine = makeMachine()
        _ = machine.receive(.version091)
        let close = ConnectionClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0)
        #expect(machine.receive(.connectionClose(close)) == .leave)
    }

    @Test func `what a client says of itself is kept`() {
        let capabilities: FieldTable = ["consumer_cancel_notify": true, "connection.blocked": false]
        let client = ClientProperties([
            "product": "pika", "version": "1.3.2", "connection_name": "orders", "capabilities": .table(capabilities),
        ])
        #expect(client.connectionName == "orders")
        #expect(client.product == "pika 1.3.2")
        #expect(client.acceptsConsumerCancel)
        #expect(!client.acceptsBlocked)
        #expect(ClientProperties([:]).product == nil)
    }
}
