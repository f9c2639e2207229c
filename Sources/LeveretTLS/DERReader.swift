/// Reads the values of a DER encoding one after the other.
///
/// It knows what certificates need: definite lengths and tags of one octet. Anything else is an error, never a trap.
struct DERReader {
    /// One value: its tag and what it holds.
    struct Value {
        var tag: UInt8
        var content: ArraySlice<UInt8>
        /// Tag, length and content together.
        var whole: ArraySlice<UInt8>

        /// The values that a constructed value holds.
        var reader: DERReader { DERReader(content) }
    }

    /// The bytes are no DER, or not what was expected.
    struct Malformed: Error {}

    /// Tags that certificates use.
    enum Tag {
        static let boolean: UInt8 = 0x01
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
        /// The version of a certificate.
        static let context0: UInt8 = 0xA0
        /// The extensions of a certificate.
        static let context3: UInt8 = 0xA3
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next value, or `nil` at the end.
    mutating func next() throws(Malformed) -> Value? {
        let start = rest
        guard let tag = rest.popFirst() else { return nil }
        guard tag & 0x1F != 0x1F else { throw Malformed() }
        let length = try length()
        guard length <= rest.count else { throw Malformed() }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return Value(tag: tag, content: content, whole: start.prefix(start.count - rest.count))
    }

    /// The next value, which must have this tag.
    mutating func next(_ tag: UInt8) throws(Malformed) -> Value {
        guard let value = try next(), value.tag == tag else { throw Malformed() }
        return value
    }

    /// Passes over the next value.
    mutating func skip() throws(Malformed) {
        guard try next() != nil else { throw Malformed() }
    }

    /// The tag of the next value.
    var nextTag: UInt8? { rest.first }

    private mutating func length() throws(Malformed) -> Int {
        guard let first = rest.popFirst() else { throw Malformed() }
        guard first >= 0x80 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard (1...4).contains(count), rest.count >= count else { throw Malformed() }
        let length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(count)
        return length
    }
}

extension DERReader.Value {
    /// An object identifier as people write it: `2.5.4.3`.
    var objectIdentifier: String {
        get throws(DERReader.Malformed) {
            var numbers: [UInt64] = []
            var number: UInt64 = 0
            for octet in content {
                guard number < 1 << 56 else { throw DERReader.Malformed() }
                number = number << 7 | UInt64(octet & 0x7F)
                guard octet < 0x80 else { continue }
                numbers.append(number)
                number = 0
            }
            guard let first = numbers.first, content.last.map({ $0 < 0x80 }) == true else {
                throw DERReader.Malformed()
            }
            let top = min(first / 40, 2)
            return ([top, first - 40 * top] + numbers.dropFirst()).map(String.init).joined(separator: ".")
        }
    }

    /// The text of a string, whichever of the types for strings it has; `nil` if it is none of them.
    var text: String? {
        switch tag {
        // UTF8String, NumericString, PrintableString, IA5String
        case 0x0C, 0x12, 0x13, 0x16: String(validating: content, as: UTF8.self)
        // TeletexString, which everybody takes for Latin-1
        case 0x14: String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
        // BMPString
        case 0x1E: String(validating: units(of: UInt16.self), as: UTF16.self)
        // UniversalString
        case 0x1C: String(validating: units(of: UInt32.self), as: UTF32.self)
        default: nil
        }
    }

    private func units<Unit: FixedWidthInteger>(of type: Unit.Type) -> [Unit] {
        let size = Unit.bitWidth / 8
        return stride(from: content.startIndex, to: content.endIndex - content.count % size, by: size).map { start in
            content[start..<start + size].reduce(0) { $0 << 8 | Unit($1) }
        }
    }
}
