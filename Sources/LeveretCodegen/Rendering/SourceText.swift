/// Swift source that grows line by line at an indentation.
struct SourceText {
    static let lineLength = 120
    private static let header = "// Written by `swift run LeveretCodegen` from the protocol definition; do not edit."

    private(set) var text: String
    private var depth = 0

    init(imports: [String] = []) {
        text = Self.header + "\n"
        guard !imports.isEmpty else { return }
        line("")
        for name in imports { line(name) }
    }

    mutating func line(_ content: String) {
        text += content.isEmpty ? "\n" : String(repeating: "    ", count: depth) + content + "\n"
    }

    /// A blank line, the opening line with a brace, what `body` writes one step further in, and the closing brace.
    mutating func block(_ opening: String, separated: Bool = true, _ body: (inout SourceText) -> Void) {
        if separated { line("") }
        line(opening + " {")
        nested(body)
        line("}")
    }

    mutating func nested(_ body: (inout SourceText) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// Whether a line of this content fits the line length here.
    func fits(_ content: String) -> Bool {
        depth * 4 + content.count <= Self.lineLength
    }
}
