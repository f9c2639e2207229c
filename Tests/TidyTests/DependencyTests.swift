import Testing

@Suite struct DependencyTests {
    @Test(arguments: DependencyRule.table)
    func `each target imports only what its row in the table allows`(rule: DependencyRule) {
        let files = Repository.swiftFiles.filter { $0.path.hasPrefix("Sources/\(rule.target)/") }
        let findings = files.flatMap { Self.forbiddenImports(in: $0, rule: rule) }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `each target under Sources has a row in the table`() throws {
        #expect(try Repository.folders(in: "Sources").sorted() == DependencyRule.table.map(\.target).sorted())
    }

    @Test func `the broker and the codec do not know each other`() throws {
        let rules = Dictionary(uniqueKeysWithValues: DependencyRule.table.map { ($0.target, $0) })
        let core = try #require(rules["LeveretCore"])
        let wire = try #require(rules["LeveretWire"])
        #expect(!core.allows("LeveretWire"))
        #expect(!wire.allows("LeveretCore"))
    }

    @Test(arguments: ["LeveretModel", "LeveretWire", "LeveretCore", "LeveretJournal"])
    func `the lower targets do without Foundation`(target: String) throws {
        let rule = try #require(DependencyRule.table.first { $0.target == target })
        #expect(!DependencyRule.foundation.contains(where: rule.allows))
    }

    @Test func `a forbidden import is reported with its place`() {
        let rule = DependencyRule(target: "Sample", ours: ["LeveretModel"])
        let file = RepositoryFile(
            path: "Sources/Sample/Sample.swift",
            text: "import LeveretModel\n\npublic import Foundation\n"
        )
        #expect(
            Self.forbiddenImports(in: file, rule: rule) == [
                "Sources/Sample/Sample.swift:3: Sample may not import Foundation"
            ]
        )
    }

    private static func forbiddenImports(in file: RepositoryFile, rule: DependencyRule) -> [String] {
        (file.source?.imports ?? []).filter { !rule.allows($0.module) }.map {
            "\(file.path):\($0.line + 1): \(rule.target) may not import \($0.module)"
        }
    }
}

extension DependencyRule: CustomTestStringConvertible {
    var testDescription: String { target }
}
