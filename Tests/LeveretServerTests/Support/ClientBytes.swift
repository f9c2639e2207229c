import LeveretModel
import LeveretWire
import NIOCore

/// What clients send, in bytes.
enum ClientBytes {
    static let header = ProtocolHeader.supported

    static func method(_ method: Method, channel: UInt16 = 0) -> [UInt8] {
        var buffer = ByteBuffer()
        do {
            try method.encode(channel: channel, into: &buffer)
        } catch {
            fatalError("the test's own method cannot be encoded: \(error)")
        }
        return Array(buffer.readableBytesView)
    }

    static func publish(
        channel: UInt16,
        exchange: String = "",
        key: String,
        body: [UInt8],
        mandatory: Bool = false,
        properties: [UInt8] = [0, 0],
        frameMax: Int = 131_072
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        let names = [UInt8(exchange.utf8.count)] + exchange.utf8 + [UInt8(key.utf8.count)] + key.utf8
        names.withUnsafeBytes { names in
            properties.withUnsafeBytes { properties in
                body.withUnsafeBytes { body in
                    FrameEncoder.writePublish(
                        channel: channel,
                        exchangeAndRoutingKey: names,
                        mandatory: mandatory,
                        properties: properties,
                        body: body,
                        frameMax: frameMax,
                        into: &buffer
                    )
                }
            }
        }
        return Array(buffer.readableBytesView)
    }

    static func frame(_ kind: UInt8, channel: UInt16, _ payload: [UInt8], end: UInt8 = 0xCE) -> [UInt8] {
        let size = UInt32(payload.count)
        return [kind, UInt8(channel >> 8), UInt8(channel & 255)]
            + (0..<4).map { UInt8(truncatingIfNeeded: size >> UInt32(24 - 8 * $0)) } + payload + [end]
    }

    static let heartbeat = frame(8, channel: 0, [])

    static func startOk(
        user: String = "guest",
        password: String = "guest",
        capabilities: FieldTable = [
            "consumer_cancel_notify": true, "connection.blocked": true, "authentication_failure_close": true,
        ]
    ) -> [UInt8] {
        method(
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: ["capabilities": .table(capabilities), "connection_name": "test"],
                    mechanism: "PLAIN",
                    response: [0] + Array(user.utf8) + [0] + Array(password.utf8),
                    locale: "en_US"
                )
            )
        )
    }

    static func tuneOk(channelMax: UInt16 = 2047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 0) -> [UInt8] {
        method(
            .connectionTuneOk(ConnectionTuneOk(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat))
        )
    }

    static func open(virtualHost: String = "/") -> [UInt8] {
        method(.connectionOpen(ConnectionOpen(virtualHost: virtualHost)))
    }

    static func openChannel(_ number: UInt16) -> [UInt8] {
        method(.channelOpen(ChannelOpen()), channel: number)
    }

    static let connectionClose = method(
        .connectionClose(ConnectionClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0))
    )

    static func channelClose(_ number: UInt16) -> [UInt8] {
        method(
            .channelClose(ChannelClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0)),
            channel: number
        )
    }
}
