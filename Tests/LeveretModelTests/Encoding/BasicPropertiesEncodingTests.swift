import LeveretModel
import LeveretTestSupport
import Testing

struct BasicPropertiesEncodingTests {
    @Test func `each text has its flag`() throws {
        let flags: [(WritableKeyPath<BasicProperties, String?>, String)] = [
            (\.contentType, "8000"),
            (\.contentEncoding, "4000"),
            (\.correlationID, "0400"),
            (\.replyTo, "0200"),
            (\.expiration, "0100"),
            (\.messageID, "0080"),
            (\.type, "0020"),
            (\.userID, "0010"),
            (\.appID, "0008"),
            (\.clusterID, "0004"),
        ]
        for (path, word) in flags {
            var properties = BasicProperties()
            properties[keyPath: path] = "ab"
            let expected = try bytes(hex: word + "026162")
            #expect(try properties.encoded() == expected)
            #expect(try BasicProperties.decoded(expected) == properties)
        }
    }

    @Test func `the other four have their flags`() throws {
        var properties = BasicProperties()
        properties.headers = ["k": true]
        #expect(try properties.encoded() == bytes(hex: "2000 00000004 016B7401"))
        properties = .persistent
        #expect(try properties.encoded() == bytes(hex: "1000 02"))
        properties = BasicProperties()
        properties.priority = 4
        #expect(try properties.encoded() == bytes(hex: "0800 04"))
        properties = BasicProperties()
        properties.timestamp = 1_767_225_600
        #expect(try properties.encoded() == bytes(hex: "0040 000000006955B900"))
    }

    @Test func `what a Python client wrote is read as it was meant and written the same`() throws {
        let encoded = try bytes(
            hex: """
                fff8 0a746578742f706c61696e 057574662d38 00000004016b7401 02 04 0163 0172 053630303030 016d
                000000006955b900 0174 056775657374 0161
                """
        )
        var properties = BasicProperties.persistent
        properties.contentType = "text/plain"
        properties.contentEncoding = "utf-8"
        properties.headers = ["k": true]
        properties.priority = 4
        properties.correlationID = "c"
        properties.replyTo = "r"
        properties.expiration = "60000"
        properties.messageID = "m"
        properties.timestamp = 1_767_225_600
        properties.type = "t"
        properties.userID = "guest"
        properties.appID = "a"
        #expect(try BasicProperties.decoded(encoded) == properties)
        #expect(try properties.encoded() == encoded)
    }

    @Test func `no property is two zero bytes, and an empty text is not an absent one`() throws {
        #expect(try BasicProperties().encoded() == [0, 0])
        #expect(try BasicProperties.decoded([0, 0]) == BasicProperties())
        #expect(try BasicProperties.decoded(bytes(hex: "8000 00")).contentType == "")
    }

    @Test func `further flag words may come if they announce nothing`() throws {
        #expect(try BasicProperties.decoded(bytes(hex: "1001 0001 0000 02")) == .persistent)
        #expect(problem { _ = try BasicProperties.decoded(bytes(hex: "1001 8000 02 00")) } == .unknownProperty)
        #expect(problem { _ = try BasicProperties.decoded(bytes(hex: "1002 02")) } == .unknownProperty)
        #expect(problem { _ = try BasicProperties.decoded(bytes(hex: "1001")) } == .truncated(missing: 2))
    }

    @Test func `bytes behind the last property are refused`() {
        #expect(problem { _ = try BasicProperties.decoded(bytes(hex: "1000 02 00")) } == .leftover(1))
    }

    @Test func `text that is not UTF-8 does not make a message unreadable`() throws {
        #expect(try BasicProperties.decoded(bytes(hex: "0400 02 FF61")).correlationID == "\u{FFFD}a")
    }

    @Test func `a text over 255 bytes has no encoding and leaves nothing behind`() {
        var properties = BasicProperties()
        properties.contentType = "text/plain"
        properties.messageID = String(repeating: "m", count: 256)
        var bytes: [UInt8] = [9]
        #expect(problem { try properties.encode(into: &bytes) } == .shortStringTooLong(256))
        #expect(bytes == [9])
    }

    @Test(arguments: 0..<200)
    func `random properties survive the way there and back`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let properties = generator.properties()
        let encoded = try properties.encoded()
        #expect(try BasicProperties.decoded(encoded) == properties)
    }
}
