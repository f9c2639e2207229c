import Logging
import Testing

@testable import LeveretServer

@Suite(.timeLimit(.minutes(1))) struct OperatorSocketTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/leveret.sock" }

    init() throws { directory = try TemporaryDirectory() }

    private func makeSocket() -> OperatorSocket {
        OperatorSocket(path: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { request in
            Array("answer to ".utf8) + request
        }
    }

    @Test func `each line is answered by a line`() async throws {
        let socket = makeSocket()
        try await socket.start()
        try await SocketClient.connect(path: path) { client in
            try await client.send(Array("one\n".utf8))
            #expect(try await client.nextLine() == "answer to one")
            try await client.send(Array("tw".utf8))
            try await client.send(Array("o\n".utf8))
            #expect(try await client.nextLine() == "answer to two")
        }
        await socket.shutDown()
    }

    @Test func `lines that come together are answered in order, and the last needs no end`() async throws {
        let socket = makeSocket()
        try await socket.start()
        let answers = try await SocketClient.connect(path: path) { client in
            try await client.send(Array("a\r\n\nb\nc".utf8))
            try await client.finish()
            return String(decoding: try await client.readToEnd(), as: UTF8.self)
        }
        #expect(answers == "answer to a\r\nanswer to b\nanswer to c\n")
        await socket.shutDown()
    }

    @Test func `only the broker's own user may open the file`() async throws {
        let socket = makeSocket()
        try await socket.start()
        #expect(TemporaryDirectory.mode(of: path) == 0o600)
        await socket.shutDown()
        #expect(TemporaryDirectory.mode(of: path) == nil)
    }

    @Test func `a line over the limit is refused and the connection closed`() async throws {
        let socket = makeSocket()
        try await socket.start()
        let answer = try await SocketClient.connect(path: path) { client in
            let long = [UInt8](repeating: 0x61, count: OperatorConnectionHandler.lineLimit + 1)
            try? await client.send(long)
            return String(decoding: try await client.readToEnd(), as: UTF8.self)
        }
        #expect(answer.contains("longer than 1048576 bytes"))
        await socket.shutDown()
    }

    @Test func `the file of a dead broker is replaced`() async throws {
        // Closed without its file being removed, as after a crash.
        let descriptor = try UnixSocketFile.listen(path: path, mode: 0o600, backlog: 1)
        TestDescriptor.close(descriptor)
        #expect(TemporaryDirectory.mode(of: path) != nil)
        let socket = makeSocket()
        try await socket.start()
        try await SocketClient.connect(path: path) { client in
            try await client.send(Array("alive\n".utf8))
            #expect(try await client.nextLine() == "answer to alive")
        }
        await socket.shutDown()
    }

    @Test func `the file of a living broker is not touched`() async throws {
        let first = makeSocket()
        try await first.start()
        let second = makeSocket()
        let error = await #expect(throws: ServerError.self) { try await second.start() }
        #expect(error?.isAddressInUse == true)
        try await SocketClient.connect(path: path) { client in
            try await client.send(Array("still here\n".utf8))
            #expect(try await client.nextLine() == "answer to still here")
        }
        await first.shutDown()
    }

    @Test func `an ordinary file of that name is not removed`() async throws {
        TemporaryDirectory.makeFile(path)
        let socket = makeSocket()
        let error = await #expect(throws: ServerError.self) { try await socket.start() }
        #expect(error?.description.contains("not a socket") == true)
        #expect(TemporaryDirectory.mode(of: path) == 0o600)
    }

    @Test func `a path that is too long is told with its limit`() async throws {
        let long = directory.path + "/" + String(repeating: "x", count: 120)
        let socket = OperatorSocket(path: long, logger: Logger(label: "test")) { $0 }
        let error = await #expect(throws: ServerError.self) { try await socket.start() }
        #expect(error?.description.contains("the system allows 107") == true)
    }
}
