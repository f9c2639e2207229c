import LeveretModel
import LeveretTestSupport
import Testing

struct FieldTableEncodingTests {
    private static let letters: [(FieldValue, String)] = [
        (.boolean(true), "74 01"),
        (.boolean(false), "74 00"),
        (.int8(-2), "62 FE"),
        (.uint8(200), "42 C8"),
        (.int16(-2), "73 FFFE"),
        (.uint16(65535), "75 FFFF"),
        (.int32(-2), "49 FFFFFFFE"),
        (.uint32(4_000_000_000), "69 EE6B2800"),
        (.int64(1 << 40), "6C 0000010000000000"),
        (.float(1.5), "66 3FC00000"),
        (.double(1.5), "64 3FF8000000000000"),
        (.decimal(scale: 2, value: 314), "44 02 0000013A"),
        (.string("text"), "53 00000004 74657874"),
        (.string("hé"), "53 00000003 68C3A9"),
        (.rawString([0xFF, 0x00]), "53 00000002 FF00"),
        (.bytes([0x00, 0xFF]), "78 00000002 00FF"),
        (.array([.int32(1), .string("a")]), "41 0000000B 4900000001 530000000161"),
        (.array([]), "41 00000000"),
        (.timestamp(0x6955_B900), "54 000000006955B900"),
        (.table(["a": .int32(1)]), "46 00000007 0161 4900000001"),
        (.void, "56"),
    ]

    @Test(arguments: letters)
    func `each type has its letter and its bytes`(value: FieldValue, hex: String) throws {
        let content = try bytes(hex: "01 6B" + hex)
        let table: FieldTable = ["k": value]
        #expect(try table.encoded() == [0, 0, 0, UInt8(content.count)] + content)
        #expect(try FieldTable.decoded(content) == table)
        #expect(table.encodedSize == content.count + 4)
    }

    @Test func `a table that a Python client wrote is read as it was meant`() throws {
        let content = try bytes(
            hex: """
                01747401016c4c0000010000000000014949fffffffe01535300000004746578740178530000000200ff014444020000013a
                01464600000007016149000000010141410000000b4900000001530000000161015454000000006955b900015656016464
                3ff8000000000000
                """
        )
        let expected: FieldTable = [
            "t": .boolean(true),
            "l": .int64(1 << 40),
            "I": .int32(-2),
            "S": .string("text"),
            "x": .rawString([0x00, 0xFF]),
            "D": .decimal(scale: 2, value: 314),
            "F": .table(["a": .int32(1)]),
            "A": .array([.int32(1), .string("a")]),
            "T": .timestamp(1_767_225_600),
            "V": .void,
            "d": .double(1.5),
        ]
        #expect(try FieldTable.decoded(content).entries == expected.entries)
    }

    @Test func `the letter L is a signed 64-bit integer and is written as l`() throws {
        let table = try FieldTable.decoded(bytes(hex: "016B 4C FFFFFFFFFFFFFFFE"))
        #expect(table["k"] == .int64(-2))
        #expect(try table.encoded() == bytes(hex: "0000000B 016B 6C FFFFFFFFFFFFFFFE"))
    }

    @Test func `any octet but zero is true`() throws {
        #expect(try FieldTable.decoded(bytes(hex: "016B 74 02"))["k"] == .boolean(true))
    }

    @Test func `pairs keep their order and a name may come twice`() throws {
        var table = FieldTable()
        table.append(key: "b", value: 1)
        table.append(key: "a", value: 2)
        table.append(key: "b", value: 3)
        let read = try FieldTable.decoded(Array(table.encoded().dropFirst(4)))
        #expect(read.entries == table.entries)
        #expect(read["b"] == 3)
    }

    @Test func `an empty table is four zero bytes`() throws {
        #expect(try FieldTable().encoded() == [0, 0, 0, 0])
        #expect(try FieldTable.decoded([]).isEmpty)
    }

    @Test func `a key of 255 bytes travels and one of 256 does not`() throws {
        let longest: FieldTable = [String(repeating: "k", count: 255): .void]
        #expect(try FieldTable.decoded(Array(longest.encoded().dropFirst(4))) == longest)
        var bytes: [UInt8] = [1, 2, 3]
        let tooLong: FieldTable = ["first": 1, String(repeating: "k", count: 256): .void]
        #expect(problem { try tooLong.encode(into: &bytes) } == .shortStringTooLong(256))
        #expect(bytes == [1, 2, 3], "a table that fails must leave nothing behind")
    }

    @Test func `a key that is not UTF-8 is repaired`() throws {
        #expect(try FieldTable.decoded(bytes(hex: "02 FF61 56")).entries.first?.key == "\u{FFFD}a")
    }

    @Test func `unknown letters are refused with their place`() {
        #expect(throws: EncodingError(.unknownType(0x55), at: 2)) { try FieldTable.decoded(bytes(hex: "016B 55 01")) }
        #expect(throws: EncodingError(.unknownType(0x7A), at: 9)) {
            try FieldTable.decoded(bytes(hex: "016B 46 00000003 0161 7A"))
        }
    }

    @Test func `a value may not reach over the end of the table that holds it`() throws {
        let content = try bytes(hex: "016B 46 00000005 0161 49 0000 0001 016C 56")
        #expect(problem { _ = try FieldTable.decoded(content) } == .truncated(missing: 2))
    }

    @Test func `every shorter piece of a table is refused or is a shorter table`() throws {
        let table: FieldTable = ["a": "text", "b": .array([1, .table(["c": .bytes([1, 2])])]), "d": .double(2)]
        let content = Array(try table.encoded().dropFirst(4))
        var complete: [Int] = []
        for length in 0..<content.count
        where problem({ _ = try FieldTable.decoded(Array(content.prefix(length))) }) == nil {
            complete.append(length)
        }
        #expect(complete == [0, 11, 41])
    }

    @Test(arguments: 0..<200)
    func `random tables survive the way there and back`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let table = generator.table()
        let encoded = try table.encoded()
        #expect(encoded.count == table.encodedSize)
        let read = try FieldTable.decoded(Array(encoded.dropFirst(4)))
        #expect(read.entries == table.entries)
        #expect(try read.encoded() == encoded)
    }
}
