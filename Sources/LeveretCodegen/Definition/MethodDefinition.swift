/// One method: what it is called, what it carries and what answers it.
struct MethodDefinition {
    /// The protocol's name, such as `declare-ok`.
    var name: String
    var number: UInt16
    /// What the method says, as the beginning of a sentence.
    var summary: String
    var fields: [FieldDefinition]
    /// The methods of which one answers it; empty if it is not synchronous.
    var answers: [String] = []
    /// Whether a content header and body frames follow.
    var carriesContent = false
}

extension MethodDefinition {
    /// A method that nothing answers.
    static func plain(
        _ name: String,
        _ number: UInt16,
        _ summary: String,
        _ fields: [FieldDefinition] = []
    ) -> MethodDefinition {
        MethodDefinition(name: name, number: number, summary: summary, fields: fields)
    }

    /// A method that is answered, by default by the method of the same name with `-ok`.
    static func request(
        _ name: String,
        _ number: UInt16,
        _ summary: String,
        _ fields: [FieldDefinition] = [],
        answers: [String]? = nil
    ) -> MethodDefinition {
        MethodDefinition(
            name: name,
            number: number,
            summary: summary,
            fields: fields,
            answers: answers ?? ["\(name)-ok"]
        )
    }

    /// A method that a content header and body frames follow.
    static func content(
        _ name: String,
        _ number: UInt16,
        _ summary: String,
        _ fields: [FieldDefinition]
    ) -> MethodDefinition {
        MethodDefinition(name: name, number: number, summary: summary, fields: fields, carriesContent: true)
    }
}
