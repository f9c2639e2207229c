import LeveretModel
import LeveretWire
import NIOCore
import Testing

struct FrameEncoderTests {
    private let names = Array("\u{4}logs\u{3}a.b".utf8)
    private let properties: [UInt8] = [0x10, 0, 2]

    private func written(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer(bytes: [0xAA])
        write(&buffer)
        #expect(buffer.readInteger(as: UInt8.self) == 0xAA)
        return Array(buffer.readableBytesView)
    }

    /// The content frames that must follow a method.
    private func content(_ body: [UInt8], partLimit: Int = .max) -> [UInt8] {
        var frames = [Frame.header(properties, bodySize: UInt64(body.count))]
        var rest = body[...]
        while !rest.isEmpty {
            frames.append(.body(Array(rest.prefix(partLimit))))
            rest = rest.dropFirst(partLimit)
        }
        return frames.flatMap(\.bytes)
    }

    @Test(arguments: [0, 1, 4087, 4088, 4089, 8176, 8177, 100_000])
    func `a delivery is the method, the header and bodies that fit the frame`(size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let output = written { buffer in
            Array("\u{4}ctag".utf8).withUnsafeBytes { tag in
                names.withUnsafeBytes { names in
                    properties.withUnsafeBytes { properties in
                        body.withUnsafeBytes { body in
                            FrameEncoder.writeDeliver(
                                channel: 1,
                                consumerTag: tag,
                                deliveryTag: 258,
                                redelivered: true,
                                exchangeAndRoutingKey: names,
                                properties: properties,
                                body: body,
                                frameMax: 4096,
                                into: &buffer
                            )
                        }
                    }
                }
            }
        }
        let deliver = BasicDeliver(
            consumerTag: "ctag",
            deliveryTag: 258,
            redelivered: true,
            exchange: "logs",
            routingKey: "a.b"
        )
        #expect(try output == Method.basicDeliver(deliver).frame() + content(body, partLimit: 4088))
        let strict = FrameDecoder(limits: FrameLimits(frameMax: 4096 - 8, channelMax: 0, heartbeat: 0))
        #expect(throws: Never.self) { try strict.frames(in: output) }
    }

    @Test func `a get-ok carries what remains`() throws {
        let body: [UInt8] = [1, 2, 3]
        let output = written { buffer in
            withContent(body) { names, properties, body in
                FrameEncoder.writeGetOk(
                    channel: 1,
                    deliveryTag: 9,
                    redelivered: false,
                    exchangeAndRoutingKey: names,
                    messageCount: 70_000,
                    properties: properties,
                    body: body,
                    frameMax: 0,
                    into: &buffer
                )
            }
        }
        let getOk = BasicGetOk(deliveryTag: 9, exchange: "logs", routingKey: "a.b", messageCount: 70_000)
        #expect(try output == Method.basicGetOk(getOk).frame() + content(body))
    }

    @Test(arguments: [
        ("NO_ROUTE", "NO_ROUTE"), (String(repeating: "é", count: 200), String(repeating: "é", count: 127)),
    ])
    func `a return says why, in 255 bytes`(text: String, expected: String) throws {
        let output = written { buffer in
            withContent([]) { names, properties, body in
                FrameEncoder.writeReturn(
                    channel: 1,
                    code: .noRoute,
                    text: text,
                    exchangeAndRoutingKey: names,
                    properties: properties,
                    body: body,
                    frameMax: 4096,
                    into: &buffer
                )
            }
        }
        let returned = BasicReturn(replyCode: 312, replyText: expected, exchange: "logs", routingKey: "a.b")
        #expect(try output == Method.basicReturn(returned).frame() + content([]))
    }

    @Test(arguments: [true, false])
    func `a publish says whether it is mandatory`(mandatory: Bool) throws {
        let output = written { buffer in
            withContent([5]) { names, properties, body in
                FrameEncoder.writePublish(
                    channel: 1,
                    exchangeAndRoutingKey: names,
                    mandatory: mandatory,
                    properties: properties,
                    body: body,
                    frameMax: 4096,
                    into: &buffer
                )
            }
        }
        let publish = BasicPublish(exchange: "logs", routingKey: "a.b", mandatory: mandatory)
        #expect(try output == Method.basicPublish(publish).frame() + content([5]))
    }

    @Test func `settlements and heartbeats are the frames of the generated code`() throws {
        for flag in [true, false] {
            #expect(
                try written { FrameEncoder.writeAck(channel: 1, deliveryTag: 1 << 60, multiple: flag, into: &$0) }
                    == Method.basicAck(BasicAck(deliveryTag: 1 << 60, multiple: flag)).frame()
            )
            #expect(
                try written {
                    FrameEncoder.writeNack(channel: 1, deliveryTag: 2, multiple: flag, requeue: !flag, into: &$0)
                } == Method.basicNack(BasicNack(deliveryTag: 2, multiple: flag, requeue: !flag)).frame()
            )
            #expect(
                try written { FrameEncoder.writeReject(channel: 1, deliveryTag: 3, requeue: flag, into: &$0) }
                    == Method.basicReject(BasicReject(deliveryTag: 3, requeue: flag)).frame()
            )
        }
        #expect(written { FrameEncoder.writeHeartbeat(into: &$0) } == [8, 0, 0, 0, 0, 0, 0, 0xCE])
    }

    private func withContent(
        _ body: [UInt8],
        _ access: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) {
        names.withUnsafeBytes { names in
            properties.withUnsafeBytes { properties in
                body.withUnsafeBytes { access(names, properties, $0) }
            }
        }
    }
}
