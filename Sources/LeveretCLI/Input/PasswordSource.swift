#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a password comes from: the command line, or standard input, where other users of the machine cannot see it.
enum PasswordSource {
    /// A longer one is a mistake, such as the wrong file.
    private static let limit = 1 << 16

    /// The password as given; else what stands on standard input, a line's end at its end left out. A person is asked.
    static func read(_ given: String?) async throws -> [UInt8] {
        if let given { return Array(given.utf8) }
        let input = ByteSource.standardInput
        var password = try await input.isTerminal ? askPerson() : input.readAll(limit: limit)
        if password.last == UInt8(ascii: "\n") { password.removeLast() }
        if password.last == UInt8(ascii: "\r") { password.removeLast() }
        return password
    }

    private static func askPerson() async throws -> [UInt8] {
        try OutputStream.standardError.write(Array("Password: ".utf8))
        let line = try await withoutEcho { try await ByteSource.standardInput.nextChunk() }
        try OutputStream.standardError.write([UInt8(ascii: "\n")])
        return line
    }

    /// A terminal hands over a line at a time, and meanwhile shows nothing of it.
    private static func withoutEcho<Result>(_ body: () async throws -> Result) async throws -> Result {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw SystemError.last("read the terminal's settings") }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else {
            throw SystemError.last("change the terminal's settings")
        }
        defer {
            var before = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
        }
        return try await body()
    }
}
