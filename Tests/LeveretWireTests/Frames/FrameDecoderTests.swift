import LeveretModel
import LeveretWire
import Testing

struct FrameDecoderTests {
    private let small = FrameDecoder(limits: FrameLimits(frameMax: 4096, channelMax: 0, heartbeat: 0))

    @Test func `an incomplete frame is nil and the place stays`() throws {
        let input = Frame(.body, channel: 3, payload: [1, 2, 3]).bytes
        for length in 0..<input.count {
            try Array(input.prefix(length)).withUnsafeBytes { bytes in
                var offset = 0
                let frame = try small.nextFrame(in: bytes, at: &offset)
                #expect(frame.map(\.kind) == nil)
                #expect(offset == 0)
            }
        }
        #expect(try small.frames(in: input) == [Frame(.body, channel: 3, payload: [1, 2, 3])])
    }

    @Test func `frames are found one behind the other from any place`() throws {
        let frames = [
            Frame(.method, channel: 0, payload: [0, 10, 0, 51]),
            Frame(.heartbeat, channel: 0),
            Frame(.header, channel: 65535, payload: [9]),
            Frame(.body, channel: 1),
        ]
        let input = frames.flatMap(\.bytes)
        #expect(try small.frames(in: input) == frames)
        try input.withUnsafeBytes { bytes in
            var offset = frames[0].bytes.count
            let frame = try #require(try small.nextFrame(in: bytes, at: &offset))
            #expect(frame.kind == .heartbeat)
            #expect(offset == frames[0].bytes.count + 8)
        }
    }

    @Test(arguments: [0, 4, 5, 6, 7, 9, 0x47, 0xFF] as [UInt8])
    func `an unknown type is a frame error as soon as the header is there`(type: UInt8) {
        #expect(code { _ = try small.frames(in: [type, 0, 1, 0, 0, 0, 0]) } == .frameError)
    }

    @Test func `a wrong end is a frame error`() {
        var input = Frame(.body, payload: [1]).bytes
        input[input.count - 1] = 0xCD
        #expect(code { _ = try small.frames(in: input) } == .frameError)
    }

    @Test func `a frame that is too long is refused by its header`() throws {
        #expect(try small.frames(in: Frame(.body, payload: [UInt8](repeating: 0, count: 4088)).bytes).count == 1)
        #expect(try small.frames(in: Frame(.body, payload: [UInt8](repeating: 0, count: 4096)).bytes).count == 1)
        #expect(code { _ = try small.frames(in: [3, 0, 1, 0, 0, 0x10, 0x01]) } == .frameError)
        #expect(code { _ = try small.frames(in: [3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]) } == .frameError)
        #expect(code { _ = try FrameDecoder.unlimited.frames(in: [3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]) } == .frameError)
        #expect(FrameDecoder.beforeTuning.payloadLimit == 8192)
    }

    @Test func `content on channel 0 and heartbeats elsewhere are unexpected`() {
        #expect(code { _ = try small.frames(in: Frame(.header, channel: 0, payload: [1]).bytes) } == .unexpectedFrame)
        #expect(code { _ = try small.frames(in: Frame(.body, channel: 0).bytes) } == .unexpectedFrame)
        #expect(code { _ = try small.frames(in: Frame(.heartbeat, channel: 1).bytes) } == .unexpectedFrame)
        #expect(code { _ = try small.frames(in: Frame(.heartbeat, channel: 0, payload: [1]).bytes) } == .frameError)
    }

    @Test func `a session means the same however its bytes are cut`() throws {
        let input = try Self.session()
        var whole = SessionReader(decoder: small)
        try whole.receive(input)
        #expect(whole.events.count == 9)
        #expect(whole.inPlace == 2)
        for split in 0...input.count {
            var reader = SessionReader(decoder: small)
            try reader.receive(input[..<split])
            try reader.receive(input[split...])
            #expect(reader.events == whole.events, "cut after \(split) bytes")
        }
        var reader = SessionReader(decoder: small)
        for byte in input { try reader.receive([byte]) }
        #expect(reader.events == whole.events)
    }

    /// Methods, contents of none, one and several body frames, and two channels in turn.
    private static func session() throws -> [UInt8] {
        let publish = try Frame.publish()
        var other = publish
        other.channel = 2
        var otherHeader = Frame.header(bodySize: 2)
        otherHeader.channel = 2
        var otherBody = Frame.body([8, 9])
        otherBody.channel = 2
        let frames: [Frame] = [
            try .method(.queueDeclare(QueueDeclare(queue: "q", arguments: ["x": 1]))),
            publish, .header([0x10, 0, 2], bodySize: 5), .body([1, 2, 3, 4, 5]),
            Frame(.heartbeat, channel: 0),
            publish, .header(bodySize: 0),
            publish, other, otherHeader, .header(bodySize: 4), .body([1]), otherBody, .body([]), .body([2, 3, 4]),
            publish, .header(bodySize: 3), Frame(.heartbeat, channel: 0), .body([7, 7, 7]),
            try .method(.basicAck(BasicAck(deliveryTag: 1, multiple: true))),
        ]
        return frames.flatMap(\.bytes)
    }
}
