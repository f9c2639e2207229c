import LeveretModel
import LeveretTestSupport

extension SeededGenerator {
    mutating func table(depth: Int = 3) -> FieldTable {
        let count = Int.random(in: 0...5, using: &self)
        return FieldTable(
            entries: (0..<count).map { _ in
                FieldTable.Entry(key: text(upTo: 10), value: value(depth: depth))
            }
        )
    }

    mutating func value(depth: Int) -> FieldValue {
        switch Int.random(in: 0..<(depth > 0 ? 18 : 16), using: &self) {
        case 0: .boolean(Bool.random(using: &self))
        case 1: .int8(Int8.random(in: .min ... .max, using: &self))
        case 2: .uint8(UInt8.random(in: .min ... .max, using: &self))
        case 3: .int16(Int16.random(in: .min ... .max, using: &self))
        case 4: .uint16(UInt16.random(in: .min ... .max, using: &self))
        case 5: .int32(Int32.random(in: .min ... .max, using: &self))
        case 6: .uint32(UInt32.random(in: .min ... .max, using: &self))
        case 7: .int64(Int64.random(in: .min ... .max, using: &self))
        case 8: .float(Float.random(in: -1e6...1e6, using: &self))
        case 9: .double(Double.random(in: -1e9...1e9, using: &self))
        case 10: .decimal(scale: 2, value: UInt32.random(in: .min ... .max, using: &self))
        case 11: .string(text(upTo: 20))
        case 12: .rawString([0xFF, 0xFE] + bytes(3))
        case 13: .bytes(bytes(Int.random(in: 0...9, using: &self)))
        case 14: .timestamp(next())
        case 15: .void
        case 16: .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
        default: .table(table(depth: depth - 1))
        }
    }

    mutating func properties() -> BasicProperties {
        var properties = BasicProperties()
        properties.contentType = maybe { $0.text(upTo: 20) }
        properties.contentEncoding = maybe { $0.text(upTo: 20) }
        properties.headers = maybe { $0.table() }
        properties.deliveryMode = maybe { DeliveryMode(rawValue: UInt8.random(in: 0...3, using: &$0)) }
        properties.priority = maybe { UInt8.random(in: .min ... .max, using: &$0) }
        properties.correlationID = maybe { $0.text(upTo: 20) }
        properties.replyTo = maybe { $0.text(upTo: 20) }
        properties.expiration = maybe { $0.text(upTo: 20) }
        properties.messageID = maybe { $0.text(upTo: 20) }
        properties.timestamp = maybe { $0.next() }
        properties.type = maybe { $0.text(upTo: 20) }
        properties.userID = maybe { $0.text(upTo: 20) }
        properties.appID = maybe { $0.text(upTo: 20) }
        properties.clusterID = maybe { $0.text(upTo: 20) }
        return properties
    }
}
