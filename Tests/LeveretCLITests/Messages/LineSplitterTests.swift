import Testing

@testable import LeveretCLI

struct LineSplitterTests {
    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\na\r\n", ["", "", "a\r"]),
    ])
    func `every line comes once, the last one with or without its end`(text: String, lines: [String]) throws {
        for cut in 0...text.utf8.count {
            #expect(try Self.split([Array(text.utf8.prefix(cut)), Array(text.utf8.dropFirst(cut))]) == lines)
        }
    }

    @Test func `the size of the chunks does not matter`() throws {
        let lines = (0..<200).map { String(repeating: "x", count: $0 * 7 % 31) }
        let bytes = Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
        for size in [1, 2, 3, 17, 1000] {
            let chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0...].prefix(size)) }
            #expect(try Self.split(chunks) == lines)
        }
    }

    @Test func `a line over the limit is refused before it fills the memory`() throws {
        var splitter = LineSplitter(lengthLimit: 10)
        splitter.append(Array("short\n0123456789".utf8))
        #expect(try splitter.nextLine().map { String(decoding: $0, as: UTF8.self) } == "short")
        #expect(try splitter.nextLine() == nil)
        splitter.append([UInt8(ascii: "x")])
        let error = #expect(throws: CommandFailure.self) { try splitter.nextLine() }
        #expect(error?.text.contains("line 2") == true)
    }

    private static func split(_ chunks: [[UInt8]]) throws -> [String] {
        var splitter = LineSplitter()
        var lines: [String] = []
        for chunk in chunks {
            splitter.append(chunk)
            while let line = try splitter.nextLine() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        if let line = splitter.rest() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }
}
