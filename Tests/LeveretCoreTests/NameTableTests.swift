import Testing

@testable import LeveretCore

struct NameTableTests {
    @Test func `names of all lengths are told apart by each of their bytes`() {
        for length in 0...40 {
            let name = String(repeating: "n", count: length)
            var table = NameTable<Int>()
            table[name] = length
            #expect(table[name] == length)
            #expect(table[name + "n"] == nil)
            for place in 0..<length {
                var other = Array(name.utf8)
                other[place] = UInt8(ascii: "o")
                #expect(table[String(decoding: other, as: UTF8.self)] == nil, "byte \(place) of \(length)")
            }
        }
    }

    @Test func `two spellings of one character are two names`() {
        var table = NameTable<Int>()
        table["caf\u{E9}"] = 1
        table["cafe\u{301}"] = 2
        #expect(table.count == 2)
        #expect(table["caf\u{E9}"] == 1)
        #expect(table["cafe\u{301}"] == 2)
    }
}
