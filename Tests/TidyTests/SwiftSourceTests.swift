import Testing

@Suite struct SwiftSourceTests {
    @Test func `comments and the text of literals are not code`() {
        let source = SwiftSource(
            ##"""
            let a = "Task" // Task
            let b = #"Task \( "Task"# /* Task /* Task */
            Task */ let c = """
                Task "quoted"
                """
            func `a Task in a name`() {}
            """##
        )
        #expect(!source.code.contains { $0.contains("Task") })
        #expect(source.code[0].hasPrefix("let a = "))
        #expect(source.code[2].contains("let c = "))
        #expect(source.hasComment == [true, true, true, false, false, false])
    }

    @Test func `the code inside an interpolation is code`() {
        let source = SwiftSource(#"let a = "one \(Task.two(three: "four (")) five Task(" + six"#)
        #expect(source.code[0].contains("Task.two(three:"))
        #expect(source.code[0].contains("+ six"))
        #expect(!source.code[0].contains("four"))
        #expect(!source.code[0].contains("five"))
    }

    @Test func `an escaped quote does not end a literal`() {
        let source = SwiftSource(#"let a = "\"Task\\" + b"#)
        #expect(source.code[0].hasSuffix("+ b"))
        #expect(!source.code[0].contains("Task"))
    }

    @Test func `imports are found whatever stands around them`() {
        let source = SwiftSource(
            """
            import One
            public import Two
            @testable import Three
            @preconcurrency package import struct Four.Type
            #if canImport(Nothing)
            import Five
            #endif
            // import Comment
            let text = "import Text"
            func canImport() { important(import: 1) }
            """
        )
        #expect(source.imports.map(\.module) == ["One", "Two", "Three", "Four", "Five"])
        #expect(source.imports.map(\.line) == [0, 1, 2, 3, 5])
    }

    @Test func `a line is explained by a comment on it or just above it`() {
        let source = SwiftSource(
            """
            // why
            func one() {
                trap()
                trap()
                trap()  // why
            }
            """
        )
        #expect((2...4).map(source.isExplained(line:)) == [true, false, true])
    }
}
