import LeveretWire
import Testing

struct ProtocolHeaderTests {
    private func header(_ bytes: [UInt8]) -> ProtocolHeader? {
        bytes.withUnsafeBytes { ProtocolHeader($0) }
    }

    @Test func `both ways to ask for AMQP 0-9-1 are known`() {
        #expect(ProtocolHeader.supported == Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8))
        #expect(header(ProtocolHeader.supported) == .version091)
        #expect(header(Array("AMQP".utf8) + [1, 1, 0, 9]) == .version09)
        #expect(header(ProtocolHeader.supported + [1, 0, 0]) == .version091)
        #expect(header(ProtocolHeader.supported)?.isSupported == true)
    }

    @Test(arguments: [[0, 1, 0, 0], [3, 1, 0, 0], [1, 1, 8, 0], [0, 0, 9, 0]] as [[UInt8]])
    func `other versions are named`(version: [UInt8]) {
        let read = header(Array("AMQP".utf8) + version)
        #expect(read == .unsupported(version[0], version[1], version[2], version[3]))
        #expect(read?.isSupported == false)
    }

    @Test func `a beginning says nothing yet`() {
        for length in 0..<ProtocolHeader.size {
            #expect(header(Array(ProtocolHeader.supported.prefix(length))) == nil)
        }
        #expect(header(Array("GET".utf8)) == nil)
    }

    @Test func `other protocols are recognised by four bytes`() {
        #expect(header(Array("GET / HTTP/1.1".utf8)) == .http)
        #expect(header(Array("POST".utf8)) == .http)
        #expect(header([0x16, 0x03, 0x01, 0x02]) == .tls)
        #expect(header(Array("AMQX".utf8)) == .unknown)
        #expect(header([0, 0, 0, 0]) == .unknown)
    }
}
