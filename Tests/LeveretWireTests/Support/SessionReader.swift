import LeveretModel
import LeveretWire

/// Reads what a peer sends as a connection does: bytes come in pieces, the incomplete rest stays for the next
/// piece, and each channel has its assembler.
struct SessionReader {
    /// What a connection would learn.
    enum Event: Hashable {
        case method(UInt16, Method)
        case content(UInt16, method: [UInt8], properties: [UInt8], body: [UInt8])
        case tooLarge(UInt16, UInt64)
        case heartbeat
    }

    private(set) var events: [Event] = []
    /// How many contents were read in place.
    private(set) var inPlace = 0
    private var decoder: FrameDecoder
    private var rest: [UInt8] = []
    private var assemblers: [UInt16: ContentAssembler] = [:]
    private let bodyLimit: Int

    init(decoder: FrameDecoder = .unlimited, bodyLimit: Int = 1 << 20) {
        self.decoder = decoder
        self.bodyLimit = bodyLimit
    }

    mutating func receive(_ piece: some Collection<UInt8>) throws {
        // A copy in fresh memory each time: a pointer kept from the last piece would be found out.
        let buffer = rest + piece
        rest = try buffer.withUnsafeBytes { bytes in
            var offset = 0
            while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
                try handle(frame, in: bytes, at: &offset)
            }
            return [UInt8](bytes[offset...])
        }
    }

    private mutating func handle(
        _ frame: FrameView,
        in bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws {
        var assembler = assemblers[frame.channel] ?? ContentAssembler(bodyLimit: bodyLimit)
        defer { assemblers[frame.channel] = assembler }
        switch frame.kind {
        case .heartbeat: events.append(.heartbeat)
        case .header: note(try assembler.receive(header: frame.payload), on: frame.channel)
        case .body: note(try assembler.receive(body: frame.payload), on: frame.channel)
        case .method:
            let id = try frame.methodID
            try assembler.expectMethod(id)
            guard id.hasContent else {
                events.append(.method(frame.channel, try Method(decoding: frame.payload)))
                return
            }
            let content = decoder.wholeContent(
                channel: frame.channel,
                classID: id.classID,
                bodyLimit: bodyLimit,
                in: bytes,
                at: &offset
            )
            guard let content else { return try assembler.begin(method: frame.payload) }
            inPlace += 1
            note(frame.payload, content.properties, content.body, on: frame.channel)
        }
    }

    private mutating func note(_ outcome: ContentAssembler.Outcome, on channel: UInt16) {
        switch outcome {
        case .incomplete: break
        case .tooLarge(let bodySize): events.append(.tooLarge(channel, bodySize))
        case .complete(let content): note(content.method, content.properties, content.body, on: channel)
        }
    }

    private mutating func note(
        _ method: UnsafeRawBufferPointer,
        _ properties: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        on channel: UInt16
    ) {
        events.append(
            .content(channel, method: [UInt8](method), properties: [UInt8](properties), body: [UInt8](body))
        )
    }
}
