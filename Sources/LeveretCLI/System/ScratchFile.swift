#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A new file that is removed when nobody needs it any more, whatever happens until then.
struct ScratchFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    private let directory: String

    init(in directory: String) throws(SystemError) {
        var template = Array("\(directory)/leveret-perf-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .last("make a file in \(directory)") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.descriptor = descriptor
        self.directory = directory
    }

    deinit {
        unlink(path)
        close(descriptor)
        // What the removal costs the disk is not left to whoever writes there next.
        let folder = open(directory, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Writes all bytes from a place in the file on.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor,
                bytes.baseAddress.map { $0 + written },
                bytes.count - written,
                off_t(offset + written)
            )
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                throw .last("write to \(path)")
            }
        }
    }

    /// Returns when the disk has what was written, as far as it tells the truth: what the journal does in each commit.
    func force() throws(SystemError) {
        #if canImport(Darwin)
        let result = fcntl(descriptor, F_FULLFSYNC)
        #else
        let result = fdatasync(descriptor)
        #endif
        guard result == 0 else { throw .last("force \(path) to the disk") }
    }
}
