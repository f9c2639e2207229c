import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The broker of the demonstration: this same program as a child process, on a directory of its own. It keeps its
/// port over restarts.
final class DemoBroker: Sendable {
    private struct State {
        var port = 0
        var process: ChildProcess?
    }

    let directory: String
    private let program: String
    private let state = Mutex(State())

    init(program: String, directory: String) {
        self.program = program
        self.directory = directory
    }

    var port: Int { state.withLock { $0.port } }

    /// Starts the broker and returns when it accepts connections.
    func start() async throws {
        try await NativeThread.run { [self] in try startAndWait() }
    }

    /// Ends the process without a warning, as a power cut would end it, as far as the process is concerned.
    func kill() async throws {
        try await end(signal: SIGKILL)
    }

    /// Asks the broker to end, and waits until it has. Gives `nil` if it was not running.
    @discardableResult
    func stop() async throws -> ChildProcess.Ending? {
        try await end(signal: SIGTERM)
    }

    @discardableResult
    private func end(signal: Int32) async throws -> ChildProcess.Ending? {
        guard let process = state.withLock({ $0.process.take() }) else { return nil }
        return try await NativeThread.run {
            process.send(signal: signal)
            return try process.wait()
        }
    }

    private func startAndWait() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError.last("make a pipe") }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        defer { close(readEnd) }
        _ = fcntl(readEnd, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writeEnd, F_SETFD, FD_CLOEXEC)
        let arguments = [
            "serve", "--host", "127.0.0.1", "--port", "\(port)", "--data", directory, "--log-level", "critical",
        ]
        let process: ChildProcess
        do throws(SystemError) {
            defer { close(writeEnd) }
            process = try .start(program, arguments: arguments, output: writeEnd)
        } catch {
            throw error
        }
        state.withLock { $0.process = process }
        guard let port = Self.readPort(from: readEnd) else {
            throw CommandFailure(.failed, "the broker of the demonstration did not start")
        }
        state.withLock { $0.port = port }
    }

    /// Reads lines until the one that says where the broker listens.
    private static func readPort(from descriptor: Int32) -> Int? {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            text.append(contentsOf: chunk[..<count])
            for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "listening on ".utf8) {
                guard text.contains(UInt8(ascii: "\n")), let colon = line.lastIndex(of: UInt8(ascii: ":")) else {
                    continue
                }
                return Int(String(decoding: line[line.index(after: colon)...], as: UTF8.self))
            }
        }
    }
}
