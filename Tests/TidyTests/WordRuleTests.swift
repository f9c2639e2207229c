import Testing

@Suite struct WordRuleTests {
    @Test(arguments: WordRule.table)
    func `no file breaks a rule of words`(rule: WordRule) {
        let files = rule.layer == .text ? Repository.textFiles : Repository.swiftFiles
        let findings = files.flatMap(rule.findings(in:))
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test(arguments: WordRule.table)
    func `each rule finds each of its words`(rule: WordRule) throws {
        let folder = try #require(rule.folders.first)
        for word in rule.words {
            let file = RepositoryFile(path: folder + "Sample.swift", text: "\n\nlet a = b; \(word) c\n")
            #expect(rule.findings(in: file) == ["\(folder)Sample.swift:3: `\(word)` (\(rule.promise))"])
        }
    }

    @Test func `a word inside a longer name, a comment or another folder is no finding`() {
        let rule = WordRule(promise: "sample", folders: ["Sources/"], layer: .code, words: ["Task", "try!"])
        let inside = RepositoryFile(path: "Sources/A.swift", text: "TaskList(myTask, _Task) // Task try!\nretry!")
        #expect(rule.findings(in: inside).isEmpty)
        #expect(rule.findings(in: RepositoryFile(path: "Tests/A.swift", text: "Task { try! a() }")).isEmpty)
    }

    @Test func `a reason beside the word excuses it only where the rule says so`() {
        let text = "// The reason.\nfatalError()\n"
        let file = RepositoryFile(path: "Sources/A.swift", text: text)
        var rule = WordRule(promise: "sample", folders: ["Sources/"], layer: .unexplainedCode, words: ["fatalError("])
        #expect(rule.findings(in: file).isEmpty)
        rule.layer = .code
        #expect(rule.findings(in: file).count == 1)
    }
}
