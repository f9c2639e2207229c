import LeveretModel
import LeveretWire
import NIOCore

/// What a client has sent, frame by frame.
enum SentFrame: Equatable {
    case protocolHeader
    case method(UInt16, Method)
    case header(UInt16)
    case body(UInt16, [UInt8])
    case heartbeat
}

extension SentFrame {
    /// Reads everything that was sent.
    static func read(_ buffer: ByteBuffer) throws -> [SentFrame] {
        try buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            var frames: [SentFrame] = []
            if bytes.starts(with: ProtocolHeader.supported) {
                frames.append(.protocolHeader)
                offset = ProtocolHeader.size
            }
            let decoder = FrameDecoder(limits: FrameLimits(frameMax: 0, channelMax: 0, heartbeat: 0))
            while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
                switch frame.kind {
                case .method: frames.append(.method(frame.channel, try Method(decoding: frame.payload)))
                case .header: frames.append(.header(frame.channel))
                case .body: frames.append(.body(frame.channel, Array(frame.payload)))
                case .heartbeat: frames.append(.heartbeat)
                }
            }
            return frames
        }
    }
}

/// What a broker sends, as bytes.
struct BrokerBytes {
    private(set) var buffer = ByteBuffer()

    static func method(_ method: Method, channel: UInt16 = 0) throws -> ByteBuffer {
        var bytes = BrokerBytes()
        try bytes.add(method, channel: channel)
        return bytes.buffer
    }

    mutating func add(_ method: Method, channel: UInt16 = 0) throws {
        try method.encode(channel: channel, into: &buffer)
    }

    mutating func addDelivery(
        _ body: String,
        consumerTag: String,
        deliveryTag: UInt64,
        channel: UInt16 = 1,
        frameMax: Int = 131_072
    ) throws {
        try withContent(body, exchange: "e", routingKey: "k") { names, properties, body, buffer in
            var tag: [UInt8] = []
            try tag.append(shortString: consumerTag)
            tag.withUnsafeBytes { tag in
                FrameEncoder.writeDeliver(
                    channel: channel,
                    consumerTag: tag,
                    deliveryTag: deliveryTag,
                    redelivered: false,
                    exchangeAndRoutingKey: names,
                    properties: properties,
                    body: body,
                    frameMax: frameMax,
                    into: &buffer
                )
            }
        }
    }

    mutating func addGetOk(_ body: String, deliveryTag: UInt64, channel: UInt16 = 1) throws {
        try withContent(body, exchange: "e", routingKey: "k") { names, properties, body, buffer in
            FrameEncoder.writeGetOk(
                channel: channel,
                deliveryTag: deliveryTag,
                redelivered: true,
                exchangeAndRoutingKey: names,
                messageCount: 5,
                properties: properties,
                body: body,
                frameMax: 131_072,
                into: &buffer
            )
        }
    }

    mutating func addReturn(_ body: String, routingKey: String, channel: UInt16 = 1) throws {
        try withContent(body, exchange: "", routingKey: routingKey) { names, properties, body, buffer in
            FrameEncoder.writeReturn(
                channel: channel,
                code: .noRoute,
                text: "NO_ROUTE",
                exchangeAndRoutingKey: names,
                properties: properties,
                body: body,
                frameMax: 131_072,
                into: &buffer
            )
        }
    }

    private mutating func withContent(
        _ body: String,
        exchange: String,
        routingKey: String,
        _ write: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer, inout ByteBuffer) throws ->
            Void
    ) throws {
        var names: [UInt8] = []
        try names.append(shortString: exchange)
        try names.append(shortString: routingKey)
        var properties: [UInt8] = []
        try BasicProperties.persistent.encode(into: &properties)
        try names.withUnsafeBytes { names in
            try properties.withUnsafeBytes { properties in
                try body.withUnsafeBodyBytes { body in try write(names, properties, body, &buffer) }
            }
        }
    }
}

extension BrokerBytes {
    static let start = Method.connectionStart(
        ConnectionStart(
            versionMajor: 0,
            versionMinor: 9,
            serverProperties: ["product": "a broker"],
            mechanisms: "AMQPLAIN PLAIN",
            locales: "en_US"
        )
    )

    static func tune(
        channelMax: UInt16 = 2047,
        frameMax: UInt32 = 131_072,
        heartbeat: UInt16 = 60
    ) -> Method {
        .connectionTune(ConnectionTune(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat))
    }

    static let openOk = Method.connectionOpenOk(ConnectionOpenOk())
    static let close = Method.connectionClose(
        ConnectionClose(replyCode: 320, replyText: "CONNECTION_FORCED - going down", classID: 0, methodID: 0)
    )
    static let closeOk = Method.connectionCloseOk(ConnectionCloseOk())
    static let channelOpenOk = Method.channelOpenOk(ChannelOpenOk())
    static let channelCloseOk = Method.channelCloseOk(ChannelCloseOk())
    static let channelClose = Method.channelClose(
        ChannelClose(replyCode: 404, replyText: "NOT_FOUND - no queue 'q'", classID: 50, methodID: 10)
    )
}
