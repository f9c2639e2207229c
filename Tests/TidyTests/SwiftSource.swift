/// A Swift file line by line, with the code apart from the comments and from the text inside string literals.
///
/// Comments, the text of literals and names in backticks become spaces, so that a banned word in prose is no
/// finding; code inside an interpolation stays code.
struct SwiftSource: Sendable {
    /// The code of each line.
    private(set) var code: [String]
    /// Whether a comment stands on each line.
    private(set) var hasComment: [Bool]

    init(_ text: String) {
        var scanner = Scanner(text: text)
        scanner.scan()
        code = scanner.code.split(separator: newline, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        hasComment = code.indices.map { scanner.linesWithComment.contains($0) }
    }

    /// Whether a comment stands on the line, or directly above the statement or declaration it belongs to.
    func isExplained(line: Int) -> Bool {
        (max(0, line - 2)...line).contains { hasComment[$0] }
    }

    /// The modules which the file imports, each with its line.
    var imports: [(module: String, line: Int)] {
        code.indices.compactMap { line in
            let words = code[line].split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" })
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ Self.wordsBeforeImport.contains($0) || $0.hasPrefix("@") })
            else { return nil }
            let imported = words[(keyword + 1)...].drop { Self.importedKinds.contains($0) }
            return imported.first.map { (String($0), line) }
        }
    }

    private static let wordsBeforeImport: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
    private static let importedKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")
private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let hash = UInt8(ascii: "#")
private let slash = UInt8(ascii: "/")
private let backtick = UInt8(ascii: "`")
private let openParenthesis = UInt8(ascii: "(")
private let closeParenthesis = UInt8(ascii: ")")

private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 0
    /// The literals around the current position, each with the parentheses open in its interpolation.
    private var literals: [(literal: Literal, openParentheses: Int)] = []
    private(set) var code: [UInt8] = []
    private(set) var linesWithComment: Set<Int> = []

    private struct Literal {
        var hashes: Int
        var quotes: Int
    }

    init(text: String) {
        bytes = Array(text.utf8)
        code.reserveCapacity(bytes.count)
    }

    mutating func scan() {
        while position < bytes.count {
            switch bytes[position] {
            case slash where starts(with: "//"): skipLineComment()
            case slash where starts(with: "/*"): skipBlockComment()
            case backtick: skipName()
            case quote, hash: scanLiteral()
            default: keepCode()
            }
        }
    }

    private mutating func scanLiteral() {
        guard let literal = literalAtPosition() else { return keepCode() }
        blank(literal.hashes + literal.quotes)
        skipText(of: literal)
    }

    private mutating func keepCode() {
        let byte = bytes[position]
        if byte == openParenthesis, !literals.isEmpty {
            literals[literals.count - 1].openParentheses += 1
        } else if byte == closeParenthesis, !literals.isEmpty {
            literals[literals.count - 1].openParentheses -= 1
            if literals[literals.count - 1].openParentheses == 0 {
                let literal = literals.removeLast().literal
                blank(1)
                return skipText(of: literal)
            }
        }
        line += byte == newline ? 1 : 0
        code.append(byte)
        position += 1
    }

    private func literalAtPosition() -> Literal? {
        var end = position
        while end < bytes.count, bytes[end] == hash { end += 1 }
        guard end < bytes.count, bytes[end] == quote else { return nil }
        let isMultiline = end + 2 < bytes.count && bytes[end + 1] == quote && bytes[end + 2] == quote
        return Literal(hashes: end - position, quotes: isMultiline ? 3 : 1)
    }

    /// Skips to the literal's end, or to the code of its next interpolation.
    private mutating func skipText(of literal: Literal) {
        let hashes = String(repeating: "#", count: literal.hashes)
        let end = String(repeating: "\"", count: literal.quotes) + hashes
        while position < bytes.count {
            switch bytes[position] {
            case quote where starts(with: end):
                return blank(end.utf8.count)
            case backslash where starts(with: "\\" + hashes + "("):
                blank(2 + literal.hashes)
                return literals.append((literal, 1))
            case backslash where literal.hashes == 0: blank(2)
            default: blank(1)
            }
        }
    }

    private mutating func skipLineComment() {
        linesWithComment.insert(line)
        while position < bytes.count, bytes[position] != newline { blank(1) }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            linesWithComment.insert(line)
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func skipName() {
        blank(1)
        while position < bytes.count, bytes[position] != backtick, bytes[position] != newline { blank(1) }
        blank(1)
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < bytes.count {
            let byte = bytes[position]
            line += byte == newline ? 1 : 0
            code.append(byte == newline ? newline : space)
            position += 1
        }
    }

    private func starts(with text: String) -> Bool {
        let text = text.utf8
        return position + text.count <= bytes.count && bytes[position...].starts(with: text)
    }
}
