/// A promise that the core did not keep, or a contract that it broke.
package struct Violation: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
