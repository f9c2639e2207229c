import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretClient

struct ClientHandshakeTests {
    @Test func `a connection is opened in three steps`() throws {
        var script = SessionScript(ConnectionConfiguration(user: "me", password: "pw", connectionName: "test"))
        #expect(try script.sent() == [.protocolHeader])

        try script.receive(BrokerBytes.start)
        guard case .method(0, .connectionStartOk(let startOk))? = try script.sent().first else {
            Issue.record("no start-ok")
            return
        }
        #expect(startOk.mechanism == "PLAIN")
        #expect(startOk.response == Array("\0me\0pw".utf8))
        #expect(startOk.clientProperties["connection_name"] == "test")
        guard case .table(let capabilities)? = startOk.clientProperties["capabilities"] else {
            Issue.record("no capabilities")
            return
        }
        for name in [
            "publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
            "connection.blocked", "authentication_failure_close",
        ] {
            #expect(capabilities[name] == true)
        }

        try script.receive(BrokerBytes.tune())
        #expect(
            try script.sent() == [
                .method(0, .connectionTuneOk(.init(channelMax: 2047, frameMax: 131_072, heartbeat: 60))),
                .method(0, .connectionOpen(.init(virtualHost: "/"))),
            ]
        )
        #expect(script.session.isTuned)

        try script.receive(BrokerBytes.openOk)
        #expect(script.session.serverProperties["product"] == "a broker")
        #expect(script.actions().contains { $0.proceeds(script.opened) })
    }

    @Test(arguments: [
        (60, 30, 30), (60, 0, 60), (0, 30, 30), (0, 0, 0), (10, 30, 10),
    ])
    func `the shorter heartbeat holds`(_ ours: Int, _ theirs: UInt16, _ settled: UInt16) throws {
        var configuration = ConnectionConfiguration()
        configuration.heartbeat = .seconds(ours)
        var script = SessionScript(configuration)
        try script.receive(BrokerBytes.start)
        try script.receive(BrokerBytes.tune(heartbeat: theirs))
        #expect(script.session.limits.heartbeat == settled)
    }

    @Test func `a refused login says whose`() throws {
        var script = SessionScript(ConnectionConfiguration(user: "me", password: "verysecret"))
        try script.receive(BrokerBytes.start)
        _ = try script.sent()
        try script.receive(
            .connectionClose(.init(replyCode: 403, replyText: "ACCESS_REFUSED - no", classID: 0, methodID: 0))
        )
        #expect(try script.sent() == [.method(0, .connectionCloseOk(.init()))])
        #expect(script.session.isFinished)
        let error = script.actions().compactMap(\.failure).first as? ConnectionError
        #expect(error?.code == .loginRefused)
        #expect(error?.reason.contains("\"me\"") == true)
        #expect(error?.reason.contains("verysecret") == false)
        #expect(error?.cause?.code == .accessRefused)
    }

    @Test func `a refused virtual host says which`() throws {
        var script = SessionScript(ConnectionConfiguration(virtualHost: "nowhere"))
        try script.receive(BrokerBytes.start)
        try script.receive(BrokerBytes.tune())
        try script.receive(
            .connectionClose(.init(replyCode: 530, replyText: "NOT_ALLOWED - no", classID: 10, methodID: 40))
        )
        let error = script.actions().compactMap(\.failure).first as? ConnectionError
        #expect(error?.code == .virtualHostRefused)
        #expect(error?.reason.contains("\"nowhere\"") == true)
    }

    @Test(arguments: [
        (0, ConnectionError.Code.protocolMismatch), (1, .loginRefused), (2, .virtualHostRefused),
    ])
    func `a broker that hangs up is explained by the step it hung up in`(
        _ steps: Int,
        _ code: ConnectionError.Code
    ) throws {
        var script = SessionScript()
        for method in [BrokerBytes.start, BrokerBytes.tune()].prefix(steps) { try script.receive(method) }
        script.session.lose("the peer closed the connection")
        #expect((script.actions().compactMap(\.failure).first as? ConnectionError)?.code == code)
    }

    @Test(arguments: [
        ("AMQP\u{0}\u{1}\u{0}\u{0}", "another version"), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}", "use amqps://"),
        ("HTTP/1.1 400 Bad Request", "AMQP 0-9-1"),
        ("SSH-2.0-server", "AMQP 0-9-1"),
    ])
    func `a peer that speaks something else is told apart`(_ bytes: String, _ word: String) throws {
        var script = SessionScript()
        _ = script.session.receive(ByteBuffer(string: bytes))
        let error = script.actions().compactMap(\.failure).first as? ConnectionError
        #expect(error?.code == .protocolMismatch)
        #expect(error?.reason.contains(word) == true)
        #expect(script.session.isFinished)
    }

    @Test func `a broker without PLAIN cannot be used`() throws {
        var script = SessionScript()
        try script.receive(
            .connectionStart(.init(versionMajor: 0, versionMinor: 9, mechanisms: "EXTERNAL", locales: "en_US"))
        )
        let error = script.actions().compactMap(\.failure).first as? ConnectionError
        #expect(error?.code == .loginRefused)
        #expect(error?.reason.contains("EXTERNAL") == true)
    }

    @Test func `EXTERNAL sends no password`() throws {
        var configuration = ConnectionConfiguration(user: "me", password: "verysecret")
        configuration.mechanism = .external
        var script = SessionScript(configuration)
        _ = try script.sent()
        try script.receive(
            .connectionStart(.init(versionMajor: 0, versionMinor: 9, mechanisms: "PLAIN EXTERNAL", locales: "en_US"))
        )
        guard case .method(0, .connectionStartOk(let startOk))? = try script.sent().first else {
            Issue.record("no start-ok")
            return
        }
        #expect(startOk.mechanism == "EXTERNAL")
        #expect(startOk.response.isEmpty)
    }

    @Test func `methods out of order end the handshake`() throws {
        var script = SessionScript()
        try script.receive(BrokerBytes.tune())
        #expect(script.session.isFinished)
        #expect((script.actions().compactMap(\.failure).first as? ConnectionError)?.code == .protocolMismatch)
    }
}
