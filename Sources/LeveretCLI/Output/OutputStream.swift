#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard output or standard error, written at once and completely.
struct OutputStream: Sendable {
    private let descriptor: Int32

    static let standardOutput = OutputStream(descriptor: STDOUT_FILENO)
    static let standardError = OutputStream(descriptor: STDERR_FILENO)

    /// The reader at the other end has gone, as `head` does when it has enough.
    struct Closed: Error, Hashable {}

    /// Lets a write to a reader that has gone throw `Closed` where the system would end the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Whether a person is likely to look at it.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// How many columns the terminal has; 80 if it does not say.
    var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Throws `Closed` if nobody reads any more, `SystemError` if the system cannot take the bytes.
    func write(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                systemWrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                throw Closed()
            } else if errno != EINTR {
                throw SystemError.last(descriptor == STDOUT_FILENO ? "write to standard output" : "write")
            }
        }
    }

    /// Writes text and a line's end.
    func writeLine(_ text: String) throws {
        try write(Array(text.utf8) + [UInt8(ascii: "\n")])
    }

    func writeLines(_ lines: [String]) throws {
        try write(Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}

/// The system's write(2), which the type's own function of that name would hide.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, start, count)
}
