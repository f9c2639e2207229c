import LeveretModel
import LeveretTestSupport
import Testing

struct PropertiesEditTests {
    private func apply(_ edit: PropertiesEdit, to encoded: [UInt8]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encoded.withUnsafeBytes { try edit.apply(to: $0, into: &bytes) }
        return bytes
    }

    @Test(arguments: 0..<100)
    func `it changes what it names and nothing else`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var properties = generator.properties()
        let encoded = try properties.encoded()
        var edit = PropertiesEdit()
        #expect(try apply(edit, to: encoded) == encoded)
        if let headers = generator.maybe({ $0.table() }) {
            edit.headers = .set(headers)
            properties.headers = headers
        }
        if let replyTo = generator.maybe({ $0.text(upTo: 9) }) {
            edit.replyTo = .set(replyTo)
            properties.replyTo = replyTo
        }
        edit.expiration = .remove
        properties.expiration = nil
        #expect(try apply(edit, to: encoded) == properties.encoded())
    }

    @Test func `a correlation id that is not text stays as it is`() throws {
        var edit = PropertiesEdit()
        edit.headers = .set(["x": 1])
        edit.expiration = .remove
        let edited = try apply(edit, to: bytes(hex: "0500 02FFFE 0131"))
        #expect(edited == (try bytes(hex: "2400 0000000B 01786C0000000000000001 02FFFE")))
    }

    @Test func `malformed properties are refused and nothing is appended`() {
        var bytes: [UInt8] = [7]
        let truncated: [UInt8] = [0x80, 0x00, 5, 1]
        #expect(
            problem { try truncated.withUnsafeBytes { try PropertiesEdit().apply(to: $0, into: &bytes) } }
                == .truncated(missing: 4)
        )
        #expect(bytes == [7])
    }
}
