// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// basic.qos. The client limits how much is delivered before it acknowledges.
package struct BasicQos: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 10) }

    package var prefetchSize: UInt32
    package var prefetchCount: UInt16
    package var global: Bool

    package init(prefetchSize: UInt32, prefetchCount: UInt16, global: Bool = false) {
        self.prefetchSize = prefetchSize
        self.prefetchCount = prefetchCount
        self.global = global
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        prefetchSize = try reader.readUInt32()
        prefetchCount = try reader.readUInt16()
        global = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt32(prefetchSize)
        writer.writeUInt16(prefetchCount)
        writer.writeBit(global)
    }
}

/// basic.qos-ok. The limit is in force.
package struct BasicQosOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 11) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// basic.consume. The client starts a consumer.
package struct BasicConsume: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 20) }

    package var queue: String
    package var consumerTag: String
    package var noLocal: Bool
    package var noAck: Bool
    package var exclusive: Bool
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String,
        consumerTag: String,
        noLocal: Bool = false,
        noAck: Bool = false,
        exclusive: Bool = false,
        noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.consumerTag = consumerTag
        self.noLocal = noLocal
        self.noAck = noAck
        self.exclusive = exclusive
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        consumerTag = try reader.readShortString()
        noLocal = try reader.readBit()
        noAck = try reader.readBit()
        exclusive = try reader.readBit()
        noWait = try reader.readBit()
        arguments = try reader.readTable()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        try writer.writeShortString(consumerTag)
        writer.writeBit(noLocal)
        writer.writeBit(noAck)
        writer.writeBit(exclusive)
        writer.writeBit(noWait)
        try writer.writeTable(arguments)
    }
}

/// basic.consume-ok. The consumer has started under this tag.
package struct BasicConsumeOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 21) }

    package var consumerTag: String

    package init(consumerTag: String) {
        self.consumerTag = consumerTag
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        consumerTag = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(consumerTag)
    }
}

/// basic.cancel. One side ends a consumer.
package struct BasicCancel: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 30) }

    package var consumerTag: String
    package var noWait: Bool

    package init(consumerTag: String, noWait: Bool = false) {
        self.consumerTag = consumerTag
        self.noWait = noWait
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        consumerTag = try reader.readShortString()
        noWait = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(consumerTag)
        writer.writeBit(noWait)
    }
}

/// basic.cancel-ok. The consumer has ended.
package struct BasicCancelOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 31) }

    package var consumerTag: String

    package init(consumerTag: String) {
        self.consumerTag = consumerTag
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        consumerTag = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(consumerTag)
    }
}

/// basic.publish. The client publishes a message.
package struct BasicPublish: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 40) }

    package var exchange: String
    package var routingKey: String
    package var mandatory: Bool
    package var immediate: Bool

    package init(exchange: String, routingKey: String, mandatory: Bool = false, immediate: Bool = false) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.immediate = immediate
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        mandatory = try reader.readBit()
        immediate = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeBit(mandatory)
        writer.writeBit(immediate)
    }
}

/// basic.return. The broker returns a message that it could not route.
package struct BasicReturn: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 50) }

    package var replyCode: UInt16
    package var replyText: String
    package var exchange: String
    package var routingKey: String

    package init(replyCode: UInt16, replyText: String, exchange: String, routingKey: String) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.exchange = exchange
        self.routingKey = routingKey
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        replyCode = try reader.readUInt16()
        replyText = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(replyCode)
        try writer.writeShortString(replyText)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
    }
}

/// basic.deliver. The broker delivers a message to a consumer.
package struct BasicDeliver: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 60) }

    package var consumerTag: String
    package var deliveryTag: UInt64
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String

    package init(
        consumerTag: String,
        deliveryTag: UInt64,
        redelivered: Bool = false,
        exchange: String,
        routingKey: String
    ) {
        self.consumerTag = consumerTag
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        consumerTag = try reader.readShortString()
        deliveryTag = try reader.readUInt64()
        redelivered = try reader.readBit()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(consumerTag)
        writer.writeUInt64(deliveryTag)
        writer.writeBit(redelivered)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
    }
}

/// basic.get. The client asks for one message.
package struct BasicGet: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 70) }

    package var queue: String
    package var noAck: Bool

    package init(queue: String, noAck: Bool = false) {
        self.queue = queue
        self.noAck = noAck
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readUInt16()
        queue = try reader.readShortString()
        noAck = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(0)
        try writer.writeShortString(queue)
        writer.writeBit(noAck)
    }
}

/// basic.get-ok. The message that was asked for, and how many ready ones remain.
package struct BasicGetOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 71) }

    package var deliveryTag: UInt64
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String
    package var messageCount: UInt32

    package init(
        deliveryTag: UInt64,
        redelivered: Bool = false,
        exchange: String,
        routingKey: String,
        messageCount: UInt32
    ) {
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageCount = messageCount
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        deliveryTag = try reader.readUInt64()
        redelivered = try reader.readBit()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        messageCount = try reader.readUInt32()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt64(deliveryTag)
        writer.writeBit(redelivered)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeUInt32(messageCount)
    }
}

/// basic.get-empty. The queue holds no ready message.
package struct BasicGetEmpty: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 72) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString("")
    }
}

/// basic.ack. Acknowledges deliveries or confirms publishings.
package struct BasicAck: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 80) }

    package var deliveryTag: UInt64
    package var multiple: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        deliveryTag = try reader.readUInt64()
        multiple = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt64(deliveryTag)
        writer.writeBit(multiple)
    }
}

/// basic.reject. The client rejects one delivery.
package struct BasicReject: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 90) }

    package var deliveryTag: UInt64
    package var requeue: Bool

    package init(deliveryTag: UInt64, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.requeue = requeue
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        deliveryTag = try reader.readUInt64()
        requeue = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt64(deliveryTag)
        writer.writeBit(requeue)
    }
}

/// basic.recover-async. The old form of recover that nothing answers.
package struct BasicRecoverAsync: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 100) }

    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        requeue = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeBit(requeue)
    }
}

/// basic.recover. The client wants its unacknowledged messages again.
package struct BasicRecover: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 110) }

    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        requeue = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeBit(requeue)
    }
}

/// basic.recover-ok. The unacknowledged messages were requeued.
package struct BasicRecoverOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 111) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// basic.nack. Rejects deliveries or refuses publishings.
package struct BasicNack: MethodFields {
    package static var id: MethodID { MethodID(classID: 60, methodID: 120) }

    package var deliveryTag: UInt64
    package var multiple: Bool
    package var requeue: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
        self.requeue = requeue
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        deliveryTag = try reader.readUInt64()
        multiple = try reader.readBit()
        requeue = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt64(deliveryTag)
        writer.writeBit(multiple)
        writer.writeBit(requeue)
    }
}
