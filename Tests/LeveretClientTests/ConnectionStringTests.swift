import LeveretModel
import Testing

@testable import LeveretClient

struct ConnectionStringTests {
    @Test func `what is left out is the default`() throws {
        for text in ["amqp://", "amqp://localhost", "amqp://localhost:5672", "AMQP://:5672", "amqp://localhost:"] {
            let configuration = try ConnectionConfiguration(text)
            #expect(configuration == ConnectionConfiguration())
            #expect(configuration.virtualHost == "/")
        }
    }

    @Test func `every part is read`() throws {
        let text =
            "amqp://user:secret@example.org:1234/production?heartbeat=7&connection_timeout=1500"
            + "&channel_max=10&frame_max=8192&name=my%20program"
        let configuration = try ConnectionConfiguration(text)
        #expect(configuration.user == "user")
        #expect(configuration.password == "secret")
        #expect(configuration.host == "example.org")
        #expect(configuration.port == 1234)
        #expect(configuration.virtualHost == "production")
        #expect(configuration.heartbeat == .seconds(7))
        #expect(configuration.connectTimeout == .milliseconds(1500))
        #expect(configuration.channelMax == 10)
        #expect(configuration.frameMax == 8192)
        #expect(configuration.connectionName == "my program")
    }

    @Test(arguments: [
        ("amqp://host", "/"), ("amqp://host/", "/"), ("amqp://host/%2f", "/"), ("amqp://host/%2F", "/"),
        ("amqp://host/v", "v"), ("amqp://host/a%2Fb", "a/b"), ("amqp://host/?heartbeat=1", "/"),
        ("amqp://host?heartbeat=1", "/"), ("amqp://host/gr%C3%BC%C3%9Fe", "grüße"),
    ])
    func `the path names the virtual host`(_ text: String, _ virtualHost: String) throws {
        #expect(try ConnectionConfiguration(text).virtualHost == virtualHost)
    }

    @Test func `user and password may hold any character when it is encoded`() throws {
        let configuration = try ConnectionConfiguration("amqp://us%40er:p%3Aa%2Fs%25@host")
        #expect(configuration.user == "us@er")
        #expect(configuration.password == "p:a/s%")
        #expect(try ConnectionConfiguration("amqp://user:@host").password == "")
        #expect(try ConnectionConfiguration("amqp://user@host").password == "guest")
    }

    @Test func `amqps means TLS with everything checked, at a port of its own`() throws {
        let configuration = try ConnectionConfiguration("amqps://user:secret@example.org/v")
        #expect(configuration.tls == ClientTLS())
        #expect(configuration.tls?.verification == .full)
        #expect(configuration.port == 5671)
        #expect(configuration.virtualHost == "v")
        #expect(configuration.description == "amqps://user@example.org:5671/v")
        #expect(try ConnectionConfiguration("amqps://example.org:7").port == 7)
    }

    @Test func `the parameters of RabbitMQ for TLS are read`() throws {
        let text = "amqps://host?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/c%20k.pem&verify=verify_peer"
        let configuration = try ConnectionConfiguration(
            text + "&server_name_indication=example.org&auth_mechanism=external"
        )
        #expect(configuration.tls?.authorities == "/ca.pem")
        #expect(configuration.tls?.certificate == "/c.pem")
        #expect(configuration.tls?.key == "/c k.pem")
        #expect(configuration.tls?.serverName == "example.org")
        #expect(configuration.tls?.verification == .full)
        #expect(configuration.mechanism == .external)
        #expect(
            try ConnectionConfiguration("amqps://host?verify=verify_none").tls?.verification
                == ClientTLS.Verification.none
        )
        let disabled = try ConnectionConfiguration("amqps://host?server_name_indication=disable")
        #expect(disabled.tls?.verification == .authority)
    }

    @Test func `a socket file stands in place of host and virtual host`() throws {
        let configuration = try ConnectionConfiguration("amqp+unix://us%40er:secret@/run/my%20broker.sock?vhost=v")
        #expect(configuration.socketPath == "/run/my broker.sock")
        #expect(configuration.user == "us@er")
        #expect(configuration.password == "secret")
        #expect(configuration.virtualHost == "v")
        #expect(configuration.tls == nil)
        #expect(try ConnectionConfiguration("amqp+unix:///s").virtualHost == "/")
        #expect(try ConnectionConfiguration("amqp+unix:///s").description == "amqp+unix://guest@/s?vhost=%2f")
    }

    @Test func `an IPv6 address stands in brackets`() throws {
        let configuration = try ConnectionConfiguration("amqp://[::1]:1234/v")
        #expect(configuration.host == "::1")
        #expect(configuration.port == 1234)
        #expect(configuration.description == "amqp://guest@[::1]:1234/v")
        #expect(try ConnectionConfiguration("amqp://[fe80::1]").port == 5672)
    }

    @Test(arguments: [
        ("http://host", "amqp://"), ("localhost:5672", "amqp://"), ("", "amqp://"),
        ("amqp://host:port", "port"), ("amqp://host:0", "port"), ("amqp://host:65536", "port"),
        ("amqp://host:-1", "port"), ("amqp://::1", "brackets"), ("amqp://[::1", "]"), ("amqp://[::1]x", "]"),
        ("amqp://host/a/b", "%2f"), ("amqp://host/%2", "%"), ("amqp://host/%zz", "%"), ("amqp://host/%ff", "UTF-8"),
        ("amqp://host?heartbeat=soon", "heartbeat"), ("amqp://host?heartbeat=65536", "heartbeat"),
        ("amqp://host?frame_max=-1", "frame_max"), ("amqp://host?colour=red", "colour"),
        ("amqp://host?cacertfile=ca.pem", "amqps://"), ("amqps://host?verify=maybe", "verify_peer"),
        ("amqps://host?cacertfile=", "cacertfile"), ("amqp://host?auth_mechanism=magic", "plain or external"),
        ("amqp+unix://host", "socket file"), ("amqp+unix://host/path", "host"), ("amqp://host?vhost=v", "vhost"),
    ])
    func `an error says what is wrong`(_ text: String, _ word: String) {
        let error = #expect(throws: ConnectionStringError.self) { try ConnectionConfiguration(text) }
        #expect(error?.description.contains(word) == true)
    }

    @Test(arguments: [
        "amqp://user:verysecret@host:port", "amqp://user:verysecret@[::1", "amqp://user:verysecret%@host",
        "amqps://user:verysecret@host?verify=no", "amqp+unix://user:verysecret@host/path", "amqp//user:verysecret@host",
        "amqp://user:verysecret@host/a/b",
    ])
    func `no error repeats the password`(_ text: String) {
        let error = #expect(throws: ConnectionStringError.self) { try ConnectionConfiguration(text) }
        #expect(error.map { "\($0)" }?.contains("verysecret") == false)
    }

    @Test func `no description of a configuration holds the password`() {
        let configuration = ConnectionConfiguration(user: "user", password: "verysecret")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])"] {
            #expect(!text.contains("verysecret"))
        }
    }
}
