// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// queue.declare. The client creates a queue or checks that it exists.
package struct QueueDeclare: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 10) }

    package var queue: String
    package var passive: Bool
    package var durable: Bool
    package var exclusive: Bool
    package var autoDelete: Bool
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String,
        passive: Bool = false,
        durable: Bool = false,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.passive = passive
        self.durable = durable
        self.exclusive = exclusive
        self.autoDelete = autoDelete
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        passive = try reader.readBit()
        durable = try reader.readBit()
        exclusive = try reader.readBit()
        autoDelete = try reader.readBit()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        writer.writeBit(passive)
        writer.writeBit(durable)
        writer.writeBit(exclusive)
        writer.writeBit(autoDelete)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// queue.declare-ok. The queue exists; its name, its ready messages and its consumers.
package struct QueueDeclareOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 11) }

    package var queue: String
    package var messageCount: UInt32
    package var consumerCount: UInt32

    package init(queue: String, messageCount: UInt32, consumerCount: UInt32) {
        self.queue = queue
        self.messageCount = messageCount
        self.consumerCount = consumerCount
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        queue = try reader.readShortString()
        messageCount = try reader.readUInt32()
        consumerCount = try reader.readUInt32()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(queue)
        writer.writeUInt32(messageCount)
        writer.writeUInt32(consumerCount)
    }
}

/// queue.bind. The client binds a queue to an exchange.
package struct QueueBind: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 20) }

    package var queue: String
    package var exchange: String
    package var routingKey: String
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String,
        exchange: String,
        routingKey: String,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// queue.bind-ok. The queue is bound.
package struct QueueBindOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 21) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// queue.purge. The client removes a queue's ready messages.
package struct QueuePurge: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 30) }

    package var queue: String
    package var noWait: Bool

    package init(queue: String, noWait: Bool = false) {
        self.queue = queue
        self.noWait = noWait
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        noWait = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        writer.writeBit(noWait)
    }
}

/// queue.purge-ok. How many messages were removed.
package struct QueuePurgeOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 31) }

    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        messageCount = try reader.readUInt32()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt32(messageCount)
    }
}

/// queue.delete. The client deletes a queue.
package struct QueueDelete: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 40) }

    package var queue: String
    package var ifUnused: Bool
    package var ifEmpty: Bool
    package var noWait: Bool

    package init(queue: String, ifUnused: Bool = false, ifEmpty: Bool = false, noWait: Bool = false) {
        self.queue = queue
        self.ifUnused = ifUnused
        self.ifEmpty = ifEmpty
        self.noWait = noWait
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        ifUnused = try reader.readBit()
        ifEmpty = try reader.readBit()
        noWait = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        writer.writeBit(ifUnused)
        writer.writeBit(ifEmpty)
        writer.writeBit(noWait)
    }
}

/// queue.delete-ok. How many messages went with the queue.
package struct QueueDeleteOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 41) }

    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        messageCount = try reader.readUInt32()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt32(messageCount)
    }
}

/// queue.unbind. The client removes a binding of a queue; this method knows no no-wait.
package struct QueueUnbind: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 50) }

    package var queue: String
    package var exchange: String
    package var routingKey: String
    package var arguments: FieldTable

    package init(queue: String, exchange: String, routingKey: String, arguments: FieldTable = FieldTable()) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        try writer.writeTable(arguments)
    }
}

/// queue.unbind-ok. The binding of the queue is gone.
package struct QueueUnbindOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 50, methodID: 51) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
