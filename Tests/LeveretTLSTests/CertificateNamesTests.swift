import FoundationEssentials
import LeveretTestSupport
import Testing

@testable import LeveretTLS

struct CertificateNamesTests {
    @Test func `a subject is written as RFC 4514 wants it, the last part first`() throws {
        let names = try #require(CertificateNames(der: Self.der(.client)))
        #expect(names.distinguishedName == #"CN=orders,OU=a\+b,O=Example\, Inc.,C=DE"#)
        #expect(names.commonNames == ["orders"])
    }

    @Test func `what is no plain character in a subject is escaped as RabbitMQ does`() throws {
        let names = try #require(CertificateNames(der: Self.der(.odd)))
        #expect(names.distinguishedName == ##"CN=\#second,CN=first,O=\ Gr\C3\B6\C3\9Fe\ ,DC=org"##)
        #expect(names.commonNames == ["first", "#second"])
    }

    @Test func `alternative names are read with their kinds`() throws {
        let names = try #require(CertificateNames(der: Self.der(.client)))
        #expect(
            names.alternativeNames == [
                .init(kind: .dns, text: "orders.example.org"), .init(kind: .email, text: "orders@example.org"),
                .init(kind: .uri, text: "urn:orders"), .init(kind: .ip, text: "10.1.2.3"),
            ]
        )
    }

    @Test func `a certificate without alternative names has none`() throws {
        #expect(try #require(CertificateNames(der: Self.der(.authority))).alternativeNames.isEmpty)
    }

    @Test func `a certificate cut short anywhere is refused or read, and never a trap`() {
        let der = Self.der(.client)
        #expect(CertificateNames(der: []) == nil)
        for count in der.indices { _ = CertificateNames(der: Array(der[..<count])) }
    }

    @Test func `a certificate with any byte changed is refused or read, and never a trap`() {
        let der = Self.der(.odd)
        for index in der.indices {
            for value: UInt8 in [0, 0x1F, 0x7F, 0x80, 0x84, 0xFF] {
                var changed = der
                changed[index] = value
                _ = CertificateNames(der: changed)
            }
        }
    }

    @Test(
        arguments: [
            ([0x0C, 0x02, 0xC3, 0xB6], "ö"), ([0x14, 0x01, 0xF6], "ö"), ([0x1E, 0x02, 0x00, 0xF6], "ö"),
            ([0x1C, 0x04, 0x00, 0x00, 0x00, 0xF6], "ö"), ([0x0C, 0x01, 0xFF], nil), ([0x04, 0x01, 0x41], nil),
        ] as [([UInt8], String?)]
    )
    func `every type of string is read`(bytes: [UInt8], text: String?) throws {
        var reader = DERReader(bytes[...])
        #expect(try #require(try reader.next()).text == text)
    }

    @Test(
        arguments: [
            ([0x06, 0x03, 0x55, 0x04, 0x03], "2.5.4.3"),
            ([0x06, 0x0A, 0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x01], "0.9.2342.19200300.100.1.1"),
            ([0x06, 0x02, 0x88, 0x37], "2.999"),
        ] as [([UInt8], String)]
    )
    func `object identifiers are written with dots`(bytes: [UInt8], text: String) throws {
        var reader = DERReader(bytes[...])
        #expect(try #require(try reader.next()).objectIdentifier == text)
    }

    @Test(
        arguments: [
            [0x06, 0x00], [0x06, 0x01, 0x80], [0x06, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ] as [[UInt8]]
    )
    func `an object identifier that is none is refused`(bytes: [UInt8]) throws {
        var reader = DERReader(bytes[...])
        let value = try #require(try reader.next())
        #expect(throws: DERReader.Malformed.self) { try value.objectIdentifier }
    }

    @Test(
        arguments: [
            [0x30], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1], [0x30, 0x82, 0x01], [0x30, 0x05, 0x00], [0x1F, 0x00],
            [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        ] as [[UInt8]]
    )
    func `a value of no definite length is refused`(bytes: [UInt8]) {
        #expect(throws: DERReader.Malformed.self) {
            var reader = DERReader(bytes[...])
            _ = try reader.next()
        }
    }

    private static func der(_ certificate: TestCertificate) -> [UInt8] {
        let lines = certificate.certificate.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return Data(base64Encoded: lines.joined()).map { [UInt8]($0) } ?? []
    }
}
