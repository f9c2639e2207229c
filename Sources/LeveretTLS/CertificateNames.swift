/// The names that a certificate gives its holder.
package struct CertificateNames: Sendable, Hashable {
    /// A name in the extension for alternative names.
    package struct AlternativeName: Sendable, Hashable {
        package var kind: Kind
        package var text: String
    }

    /// The kinds of alternative names that are text, or can be written as one.
    package enum Kind: UInt8, Sendable, Hashable {
        case email = 0x81
        case dns = 0x82
        case uri = 0x86
        case ip = 0x87
    }

    /// The subject as RFC 4514 writes it, the last part first: `CN=orders,O=Example,C=DE`.
    package let distinguishedName: String
    /// The common names in the subject, in its order.
    package let commonNames: [String]
    /// The alternative names of kinds that are known, in the certificate's order.
    package let alternativeNames: [AlternativeName]

    /// Reads a certificate in DER form; `nil` if it is none.
    package init?(der: [UInt8]) {
        do throws(DERReader.Malformed) {
            var outer = DERReader(der[...])
            var certificate = try outer.next(DERReader.Tag.sequence).reader
            var fields = try certificate.next(DERReader.Tag.sequence).reader
            if fields.nextTag == DERReader.Tag.context0 { try fields.skip() }
            // Serial number, signature algorithm, issuer, validity.
            for _ in 0..<4 { try fields.skip() }
            let subject = try CertificateSubject(try fields.next(DERReader.Tag.sequence))
            distinguishedName = subject.description
            commonNames = subject.commonNames
            alternativeNames = try Self.alternativeNames(&fields)
        } catch {
            return nil
        }
    }

    private static let alternativeNamesIdentifier = "2.5.29.17"

    private static func alternativeNames(_ fields: inout DERReader) throws(DERReader.Malformed) -> [AlternativeName] {
        while let field = try fields.next() {
            guard field.tag == DERReader.Tag.context3 else { continue }
            var outer = field.reader
            var extensions = try outer.next(DERReader.Tag.sequence).reader
            while let item = try extensions.next() {
                var parts = item.reader
                let identifier = try parts.next(DERReader.Tag.objectIdentifier).objectIdentifier
                guard identifier == alternativeNamesIdentifier else { continue }
                if parts.nextTag == DERReader.Tag.boolean { try parts.skip() }
                return try names(in: try parts.next(DERReader.Tag.octetString))
            }
        }
        return []
    }

    private static func names(in value: DERReader.Value) throws(DERReader.Malformed) -> [AlternativeName] {
        var outer = value.reader
        var names = try outer.next(DERReader.Tag.sequence).reader
        var found: [AlternativeName] = []
        while let name = try names.next() {
            guard let kind = Kind(rawValue: name.tag), let text = text(of: name.content, kind) else { continue }
            found.append(AlternativeName(kind: kind, text: text))
        }
        return found
    }

    private static func text(of bytes: ArraySlice<UInt8>, _ kind: Kind) -> String? {
        guard kind == .ip else { return String(validating: bytes, as: UTF8.self) }
        switch bytes.count {
        case 4: return bytes.map(String.init).joined(separator: ".")
        case 16:
            return stride(from: bytes.startIndex, to: bytes.endIndex, by: 2)
                .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        default: return nil
        }
    }
}
