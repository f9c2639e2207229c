#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretJournal

/// An empty folder that goes, with what is in it, when the test lets go of it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/leveret-journal-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw DirectoryError(number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct DirectoryError: Error { let number: Int32 }

    deinit {
        chmod(path, 0o700)
        for name in TemporaryDirectory.names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var database: String { DataDirectory(path: path).database }

    static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    // MARK: Files

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw DirectoryError(number: errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw DirectoryError(number: errno) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw DirectoryError(number: errno) }
    }

    /// How many bytes of the disk a file takes.
    func room(_ name: String) -> Int {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? Int(status.st_blocks) * 512 : 0
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw DirectoryError(number: errno) }
    }

    /// Replaces the only place in the database where the bytes lie.
    func replace(_ old: [UInt8], with new: [UInt8]) throws {
        var content = try TemporaryDirectory.read(database)
        let places = content.indices.dropLast(old.count - 1).filter { start in
            content[start] == old[0] && content[start..<start + old.count].elementsEqual(old)
        }
        guard places.count == 1 else { throw PlacesFound(count: places.count) }
        content.replaceSubrange(places[0]..<places[0] + old.count, with: new)
        try TemporaryDirectory.write(content, to: database)
    }

    struct PlacesFound: Error { let count: Int }
}
