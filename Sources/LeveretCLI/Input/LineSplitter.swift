/// Cuts a stream of bytes into lines without their ends. Holds at most one line and one chunk.
struct LineSplitter {
    /// The longest line; more would only be refused by the broker after filling the memory here.
    private let lengthLimit: Int
    private var buffer: [UInt8] = []
    /// What of the buffer has been handed out.
    private var start = 0
    /// How far the buffer is known to hold no line's end.
    private var searched = 0
    private(set) var lineNumber: UInt64 = 0

    init(lengthLimit: Int = 512 << 20) { self.lengthLimit = lengthLimit }

    mutating func append(_ chunk: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: chunk)
    }

    /// The next line whose end has come; `nil` if more bytes are needed.
    mutating func nextLine() throws(CommandFailure) -> ArraySlice<UInt8>? {
        guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = buffer.count
            guard buffer.count - start <= lengthLimit else { throw tooLong }
            return nil
        }
        defer {
            start = end + 1
            searched = start
            lineNumber += 1
        }
        return buffer[start..<end]
    }

    /// The last line, if there are bytes after the last line's end.
    mutating func rest() -> ArraySlice<UInt8>? {
        guard start < buffer.count else { return nil }
        defer {
            start = buffer.count
            searched = start
            lineNumber += 1
        }
        return buffer[start...]
    }

    private var tooLong: CommandFailure {
        CommandFailure(.failed, "line \(lineNumber + 1) is longer than \(NumberText.bytes(lengthLimit))")
    }
}
