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

    @Test func `an IPv6 address stands in brackets`() throws {
        let configuration = try ConnectionConfiguration("amqp://[::1]:1234/v")
        #expect(configuration.host == "::1")
        #expect(configuration.port == 1234)
        #expect(configuration.description == "amqp://guest@[::1]:1234/v")
        #expect(try ConnectionConfiguration("amqp://[fe80::1]").port == 5672)
    }

    @Test(arguments: [
        ("amqps://host", "TLS"), ("http://host", "amqp://"), ("localhost:5672", "amqp://"), ("", "amqp://"),
        ("amqp://host:port", "port"), ("amqp://host:0", "port"), ("amqp://host:65536", "port"),
        ("amqp://host:-1", "port"), ("amqp://::1", "brackets"), ("amqp://[::1", "]"), ("amqp://[::1]x", "]"),
        ("amqp://host/a/b", "%2f"), ("amqp://host/%2", "%"), ("amqp://host/%zz", "%"), ("amqp://host/%ff", "UTF-8"),
        ("amqp://host?heartbeat=soon", "heartbeat"), ("amqp://host?heartbeat=65536", "heartbeat"),
        ("amqp://host?frame_max=-1", "frame_max"), ("amqp://host?colour=red", "colour"),
    ])
    func `an error says what is wrong`(_ text: String, _ word: String) {
        let error = #expect(throws: ConnectionStringError.self) { try ConnectionConfiguration(text) }
        #expect(error?.description.contains(word) == true)
    }

    @Test(arguments: [
        "amqp://user:verysecret@host:port", "amqp://user:verysecret@[::1", "amqp://user:verysecret%@host",
        "amqps://user:verysecret@host", "amqp//user:verysecret@host", "amqp://user:verysecret@host/a/b",
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
