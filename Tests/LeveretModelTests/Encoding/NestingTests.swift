import LeveretModel
import Testing

struct NestingTests {
    private enum Holder: CaseIterable {
        case table
        case array

        func holding(_ value: FieldValue) -> FieldValue {
            switch self {
            case .table: .table(["k": value])
            case .array: .array([value])
            }
        }

        /// The content of a table in which this many tables or arrays lie in each other.
        func content(levels: Int) -> [UInt8] {
            var content: [UInt8] = []
            for _ in 0..<levels {
                let count = UInt32(content.count)
                let length = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
                switch self {
                case .table: content = [1, 0x6B, 0x46] + length + content
                case .array: content = [0x41] + length + content
                }
            }
            return self == .table ? content : [1, 0x6B] + content
        }
    }

    private func nested(_ holder: Holder, levels: Int) -> FieldTable {
        var value = FieldValue.void
        for _ in 0..<levels - 1 { value = holder.holding(value) }
        return ["k": value]
    }

    @Test(arguments: Holder.allCases)
    private func `64 levels travel and 65 do not`(holder: Holder) throws {
        let deepest = nested(holder, levels: 64)
        let encoded = try deepest.encoded()
        #expect(try FieldTable.decoded(Array(encoded.dropFirst(4))) == deepest)
        #expect(problem { _ = try self.nested(holder, levels: 65).encoded() } == .nestedTooDeeply)
    }

    @Test(arguments: Holder.allCases)
    private func `a peer cannot nest deeper either`(holder: Holder) {
        #expect(problem { _ = try FieldTable.decoded(holder.content(levels: 63)) } == nil)
        #expect(problem { _ = try FieldTable.decoded(holder.content(levels: 64)) } == .nestedTooDeeply)
        #expect(problem { _ = try FieldTable.decoded(holder.content(levels: 5000)) } == .nestedTooDeeply)
    }

    @Test(arguments: Holder.allCases)
    private func `scanning refuses the same depth`(holder: Holder) {
        func properties(_ levels: Int) -> [UInt8] {
            let content = holder.content(levels: levels)
            let count = UInt32(content.count)
            return [0x20, 0x00] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + content
        }
        #expect(problem { _ = try PropertiesSummary.scanned(properties(63)) } == nil)
        #expect(problem { _ = try PropertiesSummary.scanned(properties(64)) } == .nestedTooDeeply)
        #expect(problem { _ = try PropertiesSummary.scanned(properties(5000)) } == .nestedTooDeeply)
    }
}
