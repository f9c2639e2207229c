// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// exchange.declare. The client creates an exchange or checks that it exists.
package struct ExchangeDeclare: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 10) }

    package var exchange: String
    package var type: String
    package var passive: Bool
    package var durable: Bool
    package var autoDelete: Bool
    package var `internal`: Bool
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        exchange: String,
        type: String,
        passive: Bool = false,
        durable: Bool = false,
        autoDelete: Bool = false,
        internal: Bool = false,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.exchange = exchange
        self.type = type
        self.passive = passive
        self.durable = durable
        self.autoDelete = autoDelete
        self.internal = `internal`
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        exchange = try reader.readShortString()
        type = try reader.readShortString()
        passive = try reader.readBit()
        durable = try reader.readBit()
        autoDelete = try reader.readBit()
        `internal` = try reader.readBit()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(exchange)
        try writer.writeShortString(type)
        writer.writeBit(passive)
        writer.writeBit(durable)
        writer.writeBit(autoDelete)
        writer.writeBit(`internal`)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// exchange.declare-ok. The exchange exists.
package struct ExchangeDeclareOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 11) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// exchange.delete. The client deletes an exchange.
package struct ExchangeDelete: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 20) }

    package var exchange: String
    package var ifUnused: Bool
    package var noWait: Bool

    package init(exchange: String, ifUnused: Bool = false, noWait: Bool = false) {
        self.exchange = exchange
        self.ifUnused = ifUnused
        self.noWait = noWait
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        exchange = try reader.readShortString()
        ifUnused = try reader.readBit()
        noWait = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(exchange)
        writer.writeBit(ifUnused)
        writer.writeBit(noWait)
    }
}

/// exchange.delete-ok. The exchange is gone.
package struct ExchangeDeleteOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 21) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// exchange.bind. The client binds an exchange to an exchange.
package struct ExchangeBind: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 30) }

    package var destination: String
    package var source: String
    package var routingKey: String
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        destination: String,
        source: String,
        routingKey: String,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.destination = destination
        self.source = source
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(destination)
        try writer.writeShortString(source)
        try writer.writeShortString(routingKey)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// exchange.bind-ok. The exchanges are bound.
package struct ExchangeBindOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 31) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// exchange.unbind. The client removes a binding between exchanges.
package struct ExchangeUnbind: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 40) }

    package var destination: String
    package var source: String
    package var routingKey: String
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        destination: String,
        source: String,
        routingKey: String,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.destination = destination
        self.source = source
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(destination)
        try writer.writeShortString(source)
        try writer.writeShortString(routingKey)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// exchange.unbind-ok. The binding between exchanges is gone.
package struct ExchangeUnbindOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 40, methodID: 51) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
