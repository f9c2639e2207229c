import Foundation
import Testing

/// Words which must not stand in some files, and what to write instead.
struct WordRule: Sendable, CustomTestStringConvertible {
    /// The part of a file in which the words are looked for.
    enum Layer: Sendable {
        /// Swift code without comments and literals.
        case code
        /// Swift code, unless a comment beside it gives the reason.
        case unexplainedCode
        /// Every word of any text file.
        case text
    }

    var promise: String
    var folders: [String]
    var layer: Layer
    var words: [String]

    var testDescription: String { promise }

    func findings(in file: RepositoryFile) -> [String] {
        guard folders.contains(where: file.path.hasPrefix) else { return [] }
        // Most files have none of the words, which a search in the whole text finds out quickly.
        let suspects = words.filter { file.text.range(of: $0, options: .literal) != nil }
        guard !suspects.isEmpty else { return [] }
        let lines = layer == .text ? file.lines.map(String.init) : file.source?.code ?? []
        return lines.indices.flatMap { line -> [String] in
            if layer == .unexplainedCode, file.source?.isExplained(line: line) == true { return [] }
            return suspects.filter { lines[line].containsWord($0) }.map {
                "\(file.path):\(line + 1): `\($0)` (\(promise))"
            }
        }
    }

    // The words of the last two rules are put together here so that this file does not break them itself.
    static let table: [WordRule] = [
        .init(
            promise: "the core decides by its commands and the time passed in, and by nothing else",
            folders: ["Sources/LeveretCore/"],
            layer: .code,
            words: [
                "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "Glibc",
                "Date", "Clock", "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime",
                "random", "randomElement", "SystemRandomNumberGenerator", "UUID",
                "Task", "TaskGroup", "actor", "async", "await", "AsyncStream", "Thread",
                "Mutex", "Atomic", "NSLock", "NIOLock", "DispatchQueue",
            ]
        ),
        .init(
            promise: "an error is handled or thrown, never a trap",
            folders: ["Sources/"],
            layer: .code,
            words: ["try!", "as!"]
        ),
        .init(
            promise: "a deliberate trap or an unchecked promise to the compiler says why in a comment beside it",
            folders: ["Sources/"],
            layer: .unexplainedCode,
            words: ["fatalError(", "@unchecked Sendable", "nonisolated(unsafe)"]
        ),
        .init(
            promise: "tests take time as an argument and wait for events, never for a while",
            folders: ["Tests/"],
            layer: .code,
            words: [".sleep(", "usleep", "nanosleep", "Date()"]
        ),
        .init(
            promise: "what is in the tree is finished",
            folders: ["Sources/", "Tests/", "Benchmarks/", "Makefile", "Package.swift", ".ci/"],
            layer: .text,
            words: ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "not implemented" + " yet"]
        ),
        .init(
            promise: "nothing depends on the folders of one machine",
            folders: [""],
            layer: .text,
            words: ["/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/"]
        ),
    ]
}

extension StringProtocol {
    /// Whether the text stands here on its own, not as part of a longer identifier.
    func containsWord(_ word: String) -> Bool {
        let line = Array(utf8)
        let word = Array(word.utf8)
        guard line.count >= word.count, let first = word.first, let last = word.last else { return false }
        return (0...(line.count - word.count)).contains { start in
            let end = start + word.count
            return line[start] == first
                && line[start..<end].elementsEqual(word)
                && !(first.isPartOfIdentifier && start > 0 && line[start - 1].isPartOfIdentifier)
                && !(last.isPartOfIdentifier && end < line.count && line[end].isPartOfIdentifier)
        }
    }
}

extension UInt8 {
    fileprivate var isPartOfIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
