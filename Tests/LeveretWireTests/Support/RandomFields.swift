import LeveretModel
import LeveretTestSupport

extension SeededGenerator {
    mutating func name() -> String { text(upTo: 30) }
    mutating func bit() -> Bool { Bool.random(using: &self) }
    mutating func octet() -> UInt8 { UInt8.random(in: .min ... .max, using: &self) }
    mutating func short() -> UInt16 { UInt16.random(in: .min ... .max, using: &self) }
    mutating func long() -> UInt32 { UInt32.random(in: .min ... .max, using: &self) }
    mutating func longlong() -> UInt64 { next() }

    mutating func table() -> FieldTable {
        FieldTable(
            entries: (0..<Int.random(in: 0...4, using: &self)).map { _ in
                FieldTable.Entry(key: name(), value: value())
            }
        )
    }

    private mutating func value() -> FieldValue {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: .boolean(bit())
        case 1: .int32(Int32(bitPattern: long()))
        case 2: .string(name())
        case 3: .array([.void, .int64(Int64(bitPattern: next()))])
        case 4: .table(["nested": .bytes(bytes(4))])
        default: .timestamp(next())
        }
    }
}
