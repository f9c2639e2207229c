/// Bytes that are not the encoding of what they should be, or a value that has no encoding.
package struct EncodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    package enum Problem: Sendable, Hashable {
        /// The bytes end inside a value that needs this many more.
        case truncated(missing: Int)
        /// A short string is not valid UTF-8.
        case notText
        /// A table holds a value of an unknown type letter.
        case unknownType(UInt8)
        /// Tables and arrays lie in each other deeper than the limit.
        case nestedTooDeeply
        /// A property is announced that the protocol does not know.
        case unknownProperty
        /// Bytes follow the end of the value.
        case leftover(Int)
        /// A short string of this many bytes; 255 is the most that fits.
        case shortStringTooLong(Int)
        /// A value of more bytes than its length field can say.
        case tooLong(Int)
    }

    /// What is wrong.
    package var problem: Problem
    /// Where in the bytes being read or written, counted from 0.
    package var offset: Int

    package init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// What and where, for people.
    package var text: String {
        let what =
            switch problem {
            case .truncated(let missing): "\(missing) bytes are missing"
            case .notText: "a short string is not valid UTF-8"
            case .unknownType(let letter): "unknown field type \(letter)"
            case .nestedTooDeeply: "tables or arrays are nested deeper than \(ByteReader.nestingLimit)"
            case .unknownProperty: "unknown property flag"
            case .leftover(let count): "\(count) bytes too many"
            case .shortStringTooLong(let count): "a short string of \(count) bytes exceeds 255"
            case .tooLong(let count): "a value of \(count) bytes is too long to encode"
            }
        return "\(what) at byte \(offset)"
    }

    package var description: String { text }
}
