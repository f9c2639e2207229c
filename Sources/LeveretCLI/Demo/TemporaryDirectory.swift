import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A new directory that only this user may enter.
struct TemporaryDirectory: Sendable {
    let path: String

    /// Where such directories are made.
    static var base: String { Environment.value("TMPDIR") ?? "/tmp" }

    init() throws(SystemError) {
        let base = Self.base
        var template = Array("\(base)/leveret-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .last("make a directory in \(base)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the directory and everything in it; what cannot be removed stays.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
