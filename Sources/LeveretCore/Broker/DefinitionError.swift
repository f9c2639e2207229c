/// Why an operator's change of a definition is refused.
package struct DefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// What is to be changed, or what the change refers to, is not there.
        case notFound
        case alreadyExists
        /// A name, an expression or a value that cannot be taken.
        case invalid
    }

    package var kind: Kind
    /// What is wrong, in one line.
    package var text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String { text }
}

extension DefinitionError {
    package static func noVirtualHost(_ name: String) -> DefinitionError {
        DefinitionError(.notFound, "virtual host '\(name)' does not exist")
    }

    package static func noUser(_ name: String) -> DefinitionError {
        DefinitionError(.notFound, "user '\(name)' does not exist")
    }
}
