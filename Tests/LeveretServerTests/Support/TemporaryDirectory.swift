#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A directory of a test's own, removed with everything in it. Its path is short enough for socket files.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/leveret-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CannotMakeDirectory(code: errno) }
        path = String(cString: made)
    }

    deinit {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        rmdir(path)
    }

    /// The permission bits of a file, or `nil` if there is none.
    static func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// Makes an empty ordinary file.
    static func makeFile(_ path: String) {
        let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    struct CannotMakeDirectory: Error {
        var code: CInt
    }
}

/// File descriptors that a test opened by itself.
enum TestDescriptor {
    static func close(_ descriptor: CInt) {
        #if canImport(Darwin)
        _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
        _ = Musl.close(descriptor)
        #else
        _ = Glibc.close(descriptor)
        #endif
    }
}
