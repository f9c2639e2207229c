/// Turns the protocol's names into Swift's: `delivery-tag` into `deliveryTag`, `class-id` into `classID`.
enum SwiftNames {
    static func member(_ name: String) -> String {
        let words = name.split(separator: "-").map(String.init)
        guard let first = words.first else { return name }
        return first + words.dropFirst().map(capitalized).joined()
    }

    static func type(_ name: String) -> String {
        name.split(separator: "-").map { capitalized(String($0)) }.joined()
    }

    /// The member as it has to be written where a keyword would stop the compiler.
    static func escaped(_ member: String) -> String {
        member == "internal" ? "`internal`" : member
    }

    private static func capitalized(_ word: String) -> String {
        word == "id" ? "ID" : word.prefix(1).uppercased() + word.dropFirst()
    }
}

extension ClassDefinition {
    /// `Queue`, `Tx`.
    var typeName: String { SwiftNames.type(name) }

    /// `QueueDeclareOk`
    func typeName(of method: MethodDefinition) -> String { typeName + SwiftNames.type(method.name) }

    /// `queueDeclareOk`
    func caseName(of method: MethodDefinition) -> String { SwiftNames.member(name) + SwiftNames.type(method.name) }
}
