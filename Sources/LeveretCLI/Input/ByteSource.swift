import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard input or a file, read piece by piece without blocking the tasks of this process.
final class ByteSource: Sendable {
    /// For messages: `standard input` or the path.
    let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private static let chunkBytes = 1 << 17

    static let standardInput = ByteSource(name: "standard input", descriptor: STDIN_FILENO, isOwned: false)

    private init(name: String, descriptor: Int32, isOwned: Bool) {
        self.name = name
        self.descriptor = descriptor
        self.isOwned = isOwned
    }

    init(file path: String) throws(SystemError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = path
        isOwned = true
        guard descriptor >= 0 else { throw .last("read \(path)") }
    }

    deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// What can be read now, at least a byte; empty at the end.
    func nextChunk() async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive { [self] in try readChunk() }
    }

    /// Everything up to the end.
    func readAll(limit: Int) async throws -> [UInt8] {
        var content: [UInt8] = []
        while true {
            let chunk = try await nextChunk()
            guard !chunk.isEmpty else { return content }
            content += chunk
            guard content.count <= limit else {
                throw CommandFailure(
                    .failed,
                    "\(name) holds more than \(NumberText.bytes(limit)), too much for a message"
                )
            }
        }
    }

    private func readChunk() throws -> [UInt8] {
        while true {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkBytes) { room, count in
                let read = systemRead(descriptor, room.baseAddress, room.count)
                failure = read < 0 ? errno : 0
                count = max(0, read)
            }
            if failure == 0 { return chunk }
            guard failure == EINTR else { throw SystemError(code: failure, action: "read \(name)") }
        }
    }
}

/// The system's read(2).
private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, start, count)
}
