/// The subject of a certificate: a sequence of sets of attributes, mostly one in each.
struct CertificateSubject {
    private struct Attribute {
        var type: String
        var value: DERReader.Value
    }

    private let parts: [[Attribute]]

    init(_ name: DERReader.Value) throws(DERReader.Malformed) {
        var parts: [[Attribute]] = []
        var reader = name.reader
        while let set = try reader.next() {
            guard set.tag == DERReader.Tag.set else { throw DERReader.Malformed() }
            var attributes: [Attribute] = []
            var members = set.reader
            while let member = try members.next() {
                var fields = member.reader
                let type = try fields.next(DERReader.Tag.objectIdentifier).objectIdentifier
                guard let value = try fields.next() else { throw DERReader.Malformed() }
                attributes.append(Attribute(type: type, value: value))
            }
            parts.append(attributes)
        }
        self.parts = parts
    }

    private static let commonName = "2.5.4.3"

    /// The names of attribute types that RabbitMQ knows; others are written as numbers.
    private static let keywords: [String: String] = [
        commonName: "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L",
        "2.5.4.8": "ST", "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "TITLE",
        "2.5.4.42": "GIVENNAME", "2.5.4.43": "INITIALS", "2.5.4.44": "GENERATIONQUALIFIER", "2.5.4.65": "PSEUDONYM",
        "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "EMAILADDRESS",
    ]

    var commonNames: [String] {
        parts.joined().filter { $0.type == Self.commonName }.compactMap(\.value.text)
    }
}

extension CertificateSubject: CustomStringConvertible {
    /// RFC 4514 as RabbitMQ writes it, so that its users keep their names: every byte that is not printable ASCII is
    /// escaped.
    var description: String {
        parts.reversed()
            .map { attributes in attributes.map(Self.text).joined(separator: "+") }
            .joined(separator: ",")
    }

    private static func text(_ attribute: Attribute) -> String {
        let keyword = keywords[attribute.type] ?? attribute.type
        guard let value = attribute.value.text else {
            return "\(keyword)=#" + attribute.value.whole.map(hexadecimal).joined()
        }
        return "\(keyword)=\(escaped(value))"
    }

    private static func escaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return bytes.indices.map { index in escaped(bytes[index], isFirst: index == 0, isLast: index == bytes.count - 1)
        }
        .joined()
    }

    private static func escaped(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> String {
        guard (32..<126).contains(byte) else { return "\\" + hexadecimal(byte) }
        let character = String(Unicode.Scalar(byte))
        let isSpecial = "\"+,;<>\\".utf8.contains(byte)
        let isSpace = byte == UInt8(ascii: " ") && (isFirst || isLast)
        let isHash = byte == UInt8(ascii: "#") && isFirst
        return isSpecial || isSpace || isHash ? "\\" + character : character
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
