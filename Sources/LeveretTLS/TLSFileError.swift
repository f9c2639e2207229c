/// Certificates or keys that cannot be used: which file, why, and what may help.
package struct TLSFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
