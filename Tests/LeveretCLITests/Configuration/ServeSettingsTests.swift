import ArgumentParser
import Leveret
import LeveretServer
import Testing

@testable import LeveretCLI

struct ServeSettingsTests {
    @Test func `without anything the defaults hold`() throws {
        let settings = try Self.resolve([], environment: ["HOME": "/x"])
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 5672)
        #expect(settings.directory == "/x/.local/share/leveret")
        #expect(settings.durability == .full)
        #expect(settings.heartbeat == 60)
        #expect(settings.frameMax == 131_072)
        #expect(settings.channelMax == 2047)
        #expect(settings.shutdownGrace == 5)
        #expect("\(settings.logLevel)" == "info")
    }

    @Test func `the command line comes before the environment, that before the file`() throws {
        let file = #"{"port": 1, "heartbeat": 1, "frame-max": 8192, "data": "/f"}"#
        let environment = ["LEVERET_PORT": "2", "LEVERET_HEARTBEAT": "2"]
        let settings = try Self.resolve(["--port", "3"], environment: environment, file: file)
        #expect(settings.port == 3)
        #expect(settings.heartbeat == 2)
        #expect(settings.frameMax == 8192)
        #expect(settings.directory == "/f")
    }

    @Test func `a variable can set everything`() throws {
        let settings = try Self.resolve(
            [],
            environment: [
                "LEVERET_HOST": "::1", "LEVERET_PORT": "0", "LEVERET_DATA": "/d", "LEVERET_DURABILITY": "normal",
                "LEVERET_HEARTBEAT": "5", "LEVERET_FRAME_MAX": "4096", "LEVERET_CHANNEL_MAX": "7",
                "LEVERET_SHUTDOWN_GRACE": "9",
                "LEVERET_LOG_LEVEL": "error",
            ]
        )
        #expect(settings.host == "::1")
        #expect(settings.port == 0)
        #expect(settings.directory == "/d")
        #expect(settings.durability == .normal)
        #expect(settings.heartbeat == 5)
        #expect(settings.frameMax == 4096)
        #expect(settings.channelMax == 7)
        #expect(settings.shutdownGrace == 9)
        #expect(settings.server.shutdownGrace == .seconds(9))
        #expect("\(settings.logLevel)" == "error")
    }

    @Test func `in memory there is no directory, unless one is asked for on the command line`() throws {
        #expect(try Self.resolve(["--in-memory"]).directory == nil)
        #expect(try Self.resolve([], environment: ["LEVERET_IN_MEMORY": "yes"]).directory == nil)
        #expect(try Self.resolve([], file: #"{"in-memory": true}"#).directory == nil)
        #expect(try Self.resolve(["--data", "d"], environment: ["LEVERET_IN_MEMORY": "1"]).directory == "d")
        #expect(throws: CommandFailure.self) { try Self.resolve(["--in-memory", "--data", "d"]) }
    }

    @Test(arguments: [
        ["LEVERET_PORT": "65536"], ["LEVERET_PORT": "x"], ["LEVERET_DURABILITY": "maybe"],
        ["LEVERET_IN_MEMORY": "perhaps"], ["LEVERET_FRAME_MAX": "4095"], ["LEVERET_CHANNEL_MAX": "0"],
        ["LEVERET_LOG_LEVEL": "loud"],
    ])
    func `a variable that makes no sense is a usage error that names it`(environment: [String: String]) throws {
        let error = #expect(throws: CommandFailure.self) {
            try Self.resolve(["--data", "d"], environment: environment)
        }
        #expect(error?.status == .usage)
        let value = try #require(environment.values.first)
        #expect(error?.text.contains(value) == true)
    }

    @Test(arguments: [
        (["--port", "65536"], "--port is \"65536\" and must be a number from 0 to 65535"),
        (["--port", "x"], "--port is \"x\" and must be a number from 0 to 65535"),
        (["--host", ""], "--host is \"\" and must be a host name or address"),
        (["--data", ""], "--data is \"\" and must be a directory"),
        (["--durability", "maybe"], "--durability is \"maybe\" and must be full, normal or off"),
        (["--heartbeat=-1"], "--heartbeat is \"-1\" and must be a number from 0 to 65535"),
        (["--frame-max", "x"], "--frame-max is \"x\" and must be a number of bytes"),
        (["--frame-max", "4095"], "--frame-max is 4095 and must be at least 4096"),
        (["--channel-max", "70000"], "--channel-max is \"70000\" and must be a number from 1 to 65535"),
        (["--max-message-size", "16XB"], "--max-message-size is \"16XB\" and must be a number of bytes"),
        (["--shutdown-grace", "soon"], "--shutdown-grace is \"soon\" and must be a number of seconds"),
        (
            ["--vm-memory-high-watermark", "much"],
            "--vm-memory-high-watermark is \"much\" and must be \(ResourceAmount.kind)"
        ),
        (["--disk-free-limit", "x"], "--disk-free-limit is \"x\" and must be \(ResourceAmount.kind)"),
        (["--log-level", "loud"], "--log-level is \"loud\" and must be a level such as info"),
        (["--tls-port", "x"], "--tls-port is \"x\" and must be a number from 0 to 65535"),
        (["--tls-verify", "maybe"], "--tls-verify is \"maybe\" and must be none, optional or required"),
        (["--tls-login-from", "x"], "--tls-login-from is \"x\" and must be \(TransportSettings.loginNames)"),
    ])
    func `an option that makes no sense is a usage error that names it`(arguments: [String], text: String) {
        let error = #expect(throws: CommandFailure.self) {
            try Self.resolve(arguments, environment: ["HOME": "/x"])
        }
        #expect(error?.status == .usage)
        #expect(error?.text == text)
    }

    @Test(arguments: [
        "", "[]", "5", "{", #"{"port": []}"#, #"{"port": 1.5}"#, #"{"prot": 5}"#, #"{"port": "x"}"#,
    ])
    func `a file that makes no sense is a usage error that names it`(file: String) {
        let error = #expect(throws: CommandFailure.self) { try Self.resolve(["--data", "d"], file: file) }
        #expect(error?.status == .usage)
        #expect(error?.text.contains("leveret.json") == true)
    }

    @Test func `without a home directory the data directory must be named`() {
        let error = #expect(throws: CommandFailure.self) { try Self.resolve([]) }
        #expect(error?.status == .usage)
    }

    @Test func `the user's data directory follows XDG, where that is absolute`() {
        let path = { (environment: [String: String]) in DataDirectoryPath.perUser { environment[$0] } }
        #expect(path(["XDG_DATA_HOME": "/d", "HOME": "/x"]) == "/d/leveret")
        #expect(path(["XDG_DATA_HOME": "d", "HOME": "/x"]) == "/x/.local/share/leveret")
        #expect(path([:]) == nil)
    }

    private static func resolve(
        _ arguments: [String],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> ServeSettings {
        let configuration = try file.map {
            try ConfigurationFile(path: "leveret.json", bytes: Array($0.utf8), knownNames: ServeSettings.names)
        }
        let layers = SettingLayers(environment: { environment[$0] }, file: configuration)
        return try ServeSettings(try ServeCommand.parse(arguments), layers, environment: { environment[$0] })
    }
}
