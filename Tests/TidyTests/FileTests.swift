import Foundation
import Testing

@Suite struct FileTests {
    static let longestFile = 450
    static let generatedHeader = "// Written by `swift run LeveretCodegen`"

    @Test func `a Swift file is one noun and fits in 450 lines`() {
        let long = Repository.swiftFiles.filter { !$0.isGenerated && $0.lines.count > Self.longestFile + 1 }
            .map { "\($0.path): \($0.lines.count - 1) lines" }
        #expect(long.isEmpty, "\(long.joined(separator: "\n"))")
    }

    @Test func `a generated file says so in its first line`() {
        let generated = Repository.swiftFiles.filter(\.isGenerated)
        let silent = generated.filter { !$0.text.hasPrefix(Self.generatedHeader) }.map(\.path)
        #expect(silent.isEmpty, "\(silent.joined(separator: "\n"))")
        #expect(Repository.swiftFiles.contains { $0.isGenerated })
    }

    @Test func `the name of the product is spelled Leveret`() {
        let findings = Repository.textFiles.flatMap { file in
            Self.misspellings(in: file.text[...]).map { "\(file.path): \($0)" }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `a misspelled name is found`() {
        let wrong = ["Leve" + "rett", "Lev" + "erret", "LeVe" + "ret"]
        #expect(wrong.allSatisfy { Self.misspellings(in: $0[...]).count == 1 })
        #expect(
            Self.misspellings(in: "Leveret leveret LEVERET_BINARY LeveretCore leveret's LeveretTestSupport").isEmpty
        )
    }

    @Test func `a link between documents leads somewhere`() {
        let documents = Repository.textFiles.filter { $0.path.hasSuffix(".md") }
        let broken = documents.flatMap { document in
            Self.localLinks(in: document).filter { !Repository.exists($0) }.map { "\(document.path): \($0)" }
        }
        #expect(broken.isEmpty, "\(broken.joined(separator: "\n"))")
    }

    @Test func `a link is taken relative to its document`() {
        let document = RepositoryFile(
            path: "Docs/A.md",
            text: "[a](B.md), [b](../README.md#part), [c](https://example.org/D.md), [d](#part)"
        )
        #expect(Self.localLinks(in: document) == ["Docs/B.md", "Docs/../README.md"])
    }

    private static func misspellings(in line: Substring) -> [String] {
        line.matches(of: #/(?i:l[ea]v+[ea]r+[ea]t)t?/#).map { String($0.output) }.filter {
            !["Leveret", "leveret", "LEVERET"].contains($0)
        }
    }

    private static func localLinks(in document: RepositoryFile) -> [String] {
        let folder = document.path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
        return document.text.matches(of: #/\]\(([^)#:\s]+)(#[^)]*)?\)/#).map { folder + $0.output.1 }
    }
}
