import FoundationEssentials
import Testing

@testable import LeveretCLI

struct ScratchFileTests {
    private struct Interrupted: Error {}

    @Test func `a file is there as long as it is used`() throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        try Self.write("abc", in: temporary.path) { path in
            let content = try TextFile.read(path)
            #expect(content == "abcabc")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(left == [])
    }

    @Test func `a file is removed after a failure too`() throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        #expect(throws: Interrupted.self) {
            try Self.write("abc", in: temporary.path) { _ in throw Interrupted() }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
        #expect(left == [])
    }

    /// Writes a text twice into a file of its own.
    private static func write(_ text: String, in directory: String, then look: (String) throws -> Void) throws {
        let file = try ScratchFile(in: directory)
        let content = Array(text.utf8)
        try content.withUnsafeBytes { content in
            try file.write(content, at: 0)
            try file.write(content, at: content.count)
        }
        try file.force()
        try look(file.path)
    }
}
