import Testing

@testable import LeveretCLI

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The built program, run as a shell would run it.
enum Program {
    struct Outcome: Sendable {
        var ending: ChildProcess.Ending
        var output: String
        var errors: String

        var status: Int32? {
            if case .exited(let status) = ending { status } else { nil }
        }

        /// Whether there is one line on standard error, as scripts may rely on.
        var hasOneErrorLine: Bool {
            errors.hasPrefix("leveret: ") && errors.hasSuffix("\n") && errors.filter(\.isNewline).count == 1
        }
    }

    /// The program beside the tests, or the one that `LEVERET_BINARY` names.
    static func path() throws -> String {
        if let path = Environment.value("LEVERET_BINARY") { return path }
        let tests = try #require(realpath("/proc/self/exe", nil))
        defer { free(tests) }
        let folder = String(cString: tests).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/leveret"
        try #require(access(path, X_OK) == 0, "there is no \(path): build the product leveret, or set LEVERET_BINARY")
        return path
    }

    /// Runs a command to its end against the broker at a URL.
    static func run(_ arguments: [String], url: String, input: String = "") async throws -> Outcome {
        try await run(arguments + ["--url", url], input: input)
    }

    /// Runs an operator command to its end against the broker that uses a directory.
    static func run(_ arguments: [String], directory: String, input: String) async throws -> Outcome {
        try await run(arguments + ["--data", directory], input: input)
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    static func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        let path = try path()
        return try await NativeThread.run { try runAndWait(path, arguments, input: input) }
    }

    private static func runAndWait(_ path: String, _ arguments: [String], input: String) throws -> Outcome {
        let files = [try scratchFile(input), try scratchFile(), try scratchFile()]
        defer { files.forEach { close($0) } }
        let process = try ChildProcess.start(
            path,
            arguments: arguments,
            // What the person who runs the tests has set must not decide.
            variables: ["LEVERET_URL": "", "LEVERET_DATA": "", "LEVERET_PORT": "", "LEVERET_CONFIG": ""],
            input: files[0],
            output: files[1],
            errors: files[2]
        )
        let ending = try process.wait()
        return Outcome(ending: ending, output: try content(of: files[1]), errors: try content(of: files[2]))
    }

    /// A file that is gone when its descriptor is closed.
    private static func scratchFile(_ text: String = "") throws -> Int32 {
        var template = Array("/tmp/leveret-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SystemError.last("make a file in /tmp") }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError.last("write a file") }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    private static func content(of descriptor: Int32) throws -> String {
        lseek(descriptor, 0, SEEK_SET)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Program {
    /// Runs the program, interrupts it when it has written the first line, and waits for its end.
    static func interruptAfterFirstLine(_ arguments: [String]) async throws -> ChildProcess.Ending {
        let path = try path()
        return try await NativeThread.run {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw SystemError.last("make a pipe") }
            defer { close(ends[0]) }
            _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
            _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
            let process = try ChildProcess.start(path, arguments: arguments, output: ends[1])
            close(ends[1])
            var byte: UInt8 = 0
            while read(ends[0], &byte, 1) == 1, byte != UInt8(ascii: "\n") {}
            process.send(signal: SIGINT)
            return try process.wait()
        }
    }

    /// Runs `body` with a broker on a data directory of its own, and ends it.
    static func withBroker<Result>(_ body: (_ url: String, _ directory: String) async throws -> Result) async throws
        -> Result
    {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let broker = DemoBroker(program: try path(), directory: temporary.path + "/data")
        try await broker.start()
        do {
            let result = try await body("amqp://127.0.0.1:\(broker.port)", broker.directory)
            try await broker.stop()
            return result
        } catch {
            _ = try? await broker.stop()
            throw error
        }
    }
}
