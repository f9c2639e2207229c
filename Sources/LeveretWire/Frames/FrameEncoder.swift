package import LeveretModel
package import NIOCore

/// Writes the hot frames with one size computation and raw stores, without allocating per message.
///
/// Names are passed as they travel, each after the octet of its length, and properties as flag words and list:
/// what was received is what is sent. `frameMax` is the negotiated one, 0 for none; bodies are split by it.
package enum FrameEncoder {
    /// basic.deliver with its content.
    package static func writeDeliver(
        channel: UInt16,
        consumerTag: UnsafeRawBufferPointer,
        deliveryTag: UInt64,
        redelivered: Bool,
        exchangeAndRoutingKey names: UnsafeRawBufferPointer,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        frameMax: Int,
        into buffer: inout ByteBuffer
    ) {
        let content = ContentFrames(channel: channel, properties: properties, body: body, frameMax: frameMax)
        let fields = consumerTag.count + 9 + names.count
        write(BasicDeliver.id, fields: fields, with: content, into: &buffer) { writer in
            writer.store(consumerTag)
            writer.store(deliveryTag)
            writer.store(UInt8(redelivered ? 1 : 0))
            writer.store(names)
        }
    }

    /// basic.get-ok with its content.
    package static func writeGetOk(
        channel: UInt16,
        deliveryTag: UInt64,
        redelivered: Bool,
        exchangeAndRoutingKey names: UnsafeRawBufferPointer,
        messageCount: UInt32,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        frameMax: Int,
        into buffer: inout ByteBuffer
    ) {
        let content = ContentFrames(channel: channel, properties: properties, body: body, frameMax: frameMax)
        write(BasicGetOk.id, fields: 13 + names.count, with: content, into: &buffer) { writer in
            writer.store(deliveryTag)
            writer.store(UInt8(redelivered ? 1 : 0))
            writer.store(names)
            writer.store(messageCount)
        }
    }

    /// basic.return with its content; the text is cut to 255 bytes.
    package static func writeReturn(
        channel: UInt16,
        code: ReplyCode,
        text: String,
        exchangeAndRoutingKey names: UnsafeRawBufferPointer,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        frameMax: Int,
        into buffer: inout ByteBuffer
    ) {
        let content = ContentFrames(channel: channel, properties: properties, body: body, frameMax: frameMax)
        var text = AMQPError(code: code, text: text).shortText
        text.withUTF8 { text in
            let fields = 3 + text.count + names.count
            write(BasicReturn.id, fields: fields, with: content, into: &buffer) { writer in
                writer.store(code.rawValue)
                writer.store(UInt8(truncatingIfNeeded: text.count))
                writer.store(UnsafeRawBufferPointer(text))
                writer.store(names)
            }
        }
    }

    /// basic.publish with its content.
    package static func writePublish(
        channel: UInt16,
        exchangeAndRoutingKey names: UnsafeRawBufferPointer,
        mandatory: Bool,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        frameMax: Int,
        into buffer: inout ByteBuffer
    ) {
        let content = ContentFrames(channel: channel, properties: properties, body: body, frameMax: frameMax)
        write(BasicPublish.id, fields: 3 + names.count, with: content, into: &buffer) { writer in
            writer.store(UInt16(0))
            writer.store(names)
            writer.store(UInt8(mandatory ? 1 : 0))
        }
    }

    private static func write(
        _ method: MethodID,
        fields: Int,
        with content: ContentFrames,
        into buffer: inout ByteBuffer,
        _ storeFields: (inout RawWriter) -> Void
    ) {
        let size = FrameLimits.overhead + 4 + fields + content.size
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var writer = RawWriter(memory, count: size)
            writer.beginFrame(.method, channel: content.channel, payload: 4 + fields)
            writer.store(method)
            storeFields(&writer)
            writer.endFrame()
            content.store(with: &writer)
            writer.finish()
            return size
        }
    }
}

// MARK: - Single frames

extension FrameEncoder {
    /// basic.ack, which also confirms publishings.
    package static func writeAck(
        channel: UInt16,
        deliveryTag: UInt64,
        multiple: Bool,
        into buffer: inout ByteBuffer
    ) {
        writeSettlement(BasicAck.id, channel: channel, deliveryTag: deliveryTag, bits: multiple ? 1 : 0, into: &buffer)
    }

    /// basic.nack, which also refuses publishings.
    package static func writeNack(
        channel: UInt16,
        deliveryTag: UInt64,
        multiple: Bool,
        requeue: Bool,
        into buffer: inout ByteBuffer
    ) {
        let bits: UInt8 = (multiple ? 1 : 0) | (requeue ? 2 : 0)
        writeSettlement(BasicNack.id, channel: channel, deliveryTag: deliveryTag, bits: bits, into: &buffer)
    }

    /// basic.reject.
    package static func writeReject(
        channel: UInt16,
        deliveryTag: UInt64,
        requeue: Bool,
        into buffer: inout ByteBuffer
    ) {
        writeSettlement(
            BasicReject.id,
            channel: channel,
            deliveryTag: deliveryTag,
            bits: requeue ? 1 : 0,
            into: &buffer
        )
    }

    /// A heartbeat.
    package static func writeHeartbeat(into buffer: inout ByteBuffer) {
        let size = FrameLimits.overhead
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var writer = RawWriter(memory, count: size)
            writer.beginFrame(.heartbeat, channel: 0, payload: 0)
            writer.endFrame()
            writer.finish()
            return size
        }
    }

    private static func writeSettlement(
        _ method: MethodID,
        channel: UInt16,
        deliveryTag: UInt64,
        bits: UInt8,
        into buffer: inout ByteBuffer
    ) {
        let size = FrameLimits.overhead + 13
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var writer = RawWriter(memory, count: size)
            writer.beginFrame(.method, channel: channel, payload: 13)
            writer.store(method)
            writer.store(deliveryTag)
            writer.store(bits)
            writer.endFrame()
            writer.finish()
            return size
        }
    }
}
