import Foundation
import Testing

@Suite struct ProtocolCoverageTests {
    private static let document = "Docs/ProtocolCoverage.md"

    @Test func `a test that the protocol coverage names exists`() throws {
        let files = Dictionary(uniqueKeysWithValues: Repository.textFiles.map { ($0.path, $0.text) })
        let document = try #require(files[Self.document])
        let named = document.matches(of: #/`([a-z_]+)::([a-z0-9_]+)`/#)
        let missing = named.filter { match in
            let file = files["Tests/InteropTests/test_\(match.output.1).py"]
            return file?.contains("def test_\(match.output.2)(") != true
        }
        #expect(missing.isEmpty, "\(missing.map { String($0.output.0) }.joined(separator: "\n"))")
        #expect(named.count > 100)
    }

    @Test func `a test of ours that the protocol coverage names by its sentence exists`() throws {
        let document = try #require(Repository.textFiles.first { $0.path == Self.document })
        let named = document.text.matches(of: #/`([A-Za-z]+Tests): ([^`]+)`/#).filter { $0.output.2 != "a sentence" }
        let missing = named.filter { match in
            !Repository.textFiles.contains {
                $0.path.hasPrefix("Tests/") && $0.path.hasSuffix("/\(match.output.1).swift")
                    && $0.text.contains("func `\(match.output.2)`(")
            }
        }
        #expect(missing.isEmpty, "\(missing.map { String($0.output.0) }.joined(separator: "\n"))")
        #expect(!named.isEmpty)
    }

    @Test func `what the protocol coverage says is done names a test`() throws {
        let document = try #require(Repository.textFiles.first { $0.path == Self.document })
        let unproven = document.lines.filter { $0.hasPrefix("| ") && $0.contains("| yes | – |") }
        #expect(unproven.isEmpty, "\(unproven.joined(separator: "\n"))")
    }

    @Test func `a row of the protocol coverage has one of three states`() throws {
        let document = try #require(Repository.textFiles.first { $0.path == Self.document })
        let rows = document.text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }
        let states = rows.map { $0.split(separator: "|").dropFirst().first?.trimmingCharacters(in: .whitespaces) }
        #expect(Set(states).isSubset(of: ["state", "yes", "partly", "no"]), "\(Set(states))")
    }
}
