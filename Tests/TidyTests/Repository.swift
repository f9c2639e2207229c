import Foundation

/// The files of this repository, found from where this file lies.
struct Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folders and files which people wrote; what tools leave behind lies elsewhere or is skipped by name.
    private static let writtenByPeople = [
        "Sources", "Tests", "Benchmarks", "Docs", ".ci", "Makefile", "Package.swift", "README.md",
        "CONTRIBUTING.md", "CHANGELOG.md",
    ]
    private static let leftByTools: Set<String> = ["__pycache__", ".pytest_cache", ".DS_Store"]
    private static let textSuffixes: Set<String> = ["swift", "md", "py", "txt", "h", "c", "modulemap", ""]

    /// All text files, with paths relative to the root, in a stable order.
    static let textFiles: [RepositoryFile] = writtenByPeople.flatMap(files(at:)).sorted { $0.path < $1.path }

    static let swiftFiles = textFiles.filter { $0.path.hasSuffix(".swift") }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The names of the folders directly below a folder.
    static func folders(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path).filter {
            isFolder("\(path)/\($0)")
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    private static func files(at path: String) -> [RepositoryFile] {
        guard isFolder(path) else { return isText(path) ? RepositoryFile(path: path).map { [$0] } ?? [] : [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
        return names.filter { !leftByTools.contains($0) }.flatMap { files(at: "\(path)/\($0)") }
    }

    private static func isText(_ path: String) -> Bool {
        textSuffixes.contains(URL(filePath: path).pathExtension)
    }
}

/// One text file: its path below the root, its text and, if it is Swift, its code.
struct RepositoryFile: Sendable {
    let path: String
    let text: String
    let source: SwiftSource?

    init(path: String, text: String) {
        self.path = path
        self.text = text
        source = path.hasSuffix(".swift") ? SwiftSource(text) : nil
    }

    /// Returns nil for what is not UTF-8 text.
    init?(path: String) {
        guard let data = try? Data(contentsOf: Repository.root.appending(path: path)),
            let text = String(bytes: data, encoding: .utf8)
        else { return nil }
        self.init(path: path, text: text)
    }

    var lines: [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var isGenerated: Bool {
        path.contains("/Generated/")
    }
}
