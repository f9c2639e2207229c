import LeveretModel
import Testing

struct FieldTableTests {
    @Test func `the last pair of a name counts and removing removes them all`() {
        var table: FieldTable = ["a": 1, "b": 2, "a": 3]
        #expect(table["a"] == 3)
        table["a"] = 4
        #expect(table.entries.map(\.value) == [1, 2, 4])
        table["a"] = nil
        #expect(table == ["b": 2])
        table["c"] = "new"
        #expect(table.count == 2)
    }

    @Test func `tables are equal in any order but not with other counts`() {
        #expect(FieldTable(dictionaryLiteral: ("a", 1), ("b", 2)) == ["b": 2, "a": 1])
        #expect(FieldTable(dictionaryLiteral: ("a", 1), ("a", 1), ("b", 2)) != ["a": 1, "b": 2, "b": 2])
        #expect(
            FieldTable(dictionaryLiteral: ("a", 1), ("b", 2)).hashValue == (["b": 2, "a": 1] as FieldTable).hashValue
        )
    }

    @Test func `integers of any width have a common value`() {
        let values: [FieldValue] = [.int8(5), .uint8(5), .int16(5), .uint16(5), .int32(5), .uint32(5), .int64(5)]
        #expect(values.allSatisfy { $0.integer == 5 })
        #expect(FieldValue.double(5).integer == nil)
        #expect(FieldValue.string("5").integer == nil)
    }
}
