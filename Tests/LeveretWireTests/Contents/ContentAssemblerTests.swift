import LeveretModel
import LeveretWire
import Testing

struct ContentAssemblerTests {
    private enum Step {
        case method(Method)
        case header(bodySize: UInt64, classID: UInt8 = 60)
        case body([UInt8])
    }

    private enum Result: Equatable {
        case incomplete
        case complete([UInt8])
        case tooLarge(UInt64)
    }

    private static let publish = Method.basicPublish(BasicPublish(exchange: "logs", routingKey: "a.b"))

    /// Plays the frames to one assembler; each lies in memory of its own that is gone afterwards.
    private func play(_ steps: [Step], limit: Int = 1000) throws -> [Result] {
        var assembler = ContentAssembler(bodyLimit: limit)
        return try steps.map { try play($0, to: &assembler) }
    }

    private func play(_ step: Step, to assembler: inout ContentAssembler) throws -> Result {
        switch step {
        case .method(let method):
            try Frame.method(method).payload.withUnsafeBytes { payload in
                guard method.hasContent else { return try assembler.expectMethod(method.id) }
                try assembler.begin(method: payload)
            }
            return .incomplete
        case .header(let bodySize, let classID):
            return try Frame.header(bodySize: bodySize, classID: classID).payload.withUnsafeBytes {
                result(try assembler.receive(header: $0))
            }
        case .body(let part):
            return try part.withUnsafeBytes { result(try assembler.receive(body: $0)) }
        }
    }

    private func result(_ outcome: ContentAssembler.Outcome) -> Result {
        switch outcome {
        case .incomplete: .incomplete
        case .complete(let content): .complete([UInt8](content.body))
        case .tooLarge(let bodySize): .tooLarge(bodySize)
        }
    }

    @Test func `a content is complete when its body is all there`() throws {
        #expect(try play([.method(Self.publish), .header(bodySize: 0)]).last == .complete([]))
        #expect(try play([.method(Self.publish), .header(bodySize: 2), .body([1, 2])]).last == .complete([1, 2]))
        #expect(
            try play([.method(Self.publish), .header(bodySize: 3), .body([]), .body([1]), .body([]), .body([2, 3])])
                == [.incomplete, .incomplete, .incomplete, .incomplete, .incomplete, .complete([1, 2, 3])]
        )
    }

    @Test func `one content follows another, and the method and properties are those of its own`() throws {
        var assembler = ContentAssembler()
        for number in 0..<3 {
            let method = Method.basicPublish(BasicPublish(exchange: "e\(number)", routingKey: "key"))
            let properties: [UInt8] = [0x08, 0, UInt8(number)]
            let body = [UInt8](repeating: UInt8(number), count: 100 * number)
            try Frame.method(method).payload.withUnsafeBytes { try assembler.begin(method: $0) }
            #expect(assembler.expectsContent)
            var outcome = try Frame.header(properties, bodySize: UInt64(body.count)).payload.withUnsafeBytes {
                try assembler.receive(header: $0)
            }
            for byte in body {
                outcome = try [byte].withUnsafeBytes { try assembler.receive(body: $0) }
            }
            guard case .complete(let content) = outcome else {
                Issue.record("content \(number) is not complete")
                return
            }
            #expect(try Method(decoding: content.method) == method)
            #expect([UInt8](content.properties) == properties)
            #expect([UInt8](content.body) == body)
            #expect(!assembler.expectsContent)
        }
    }

    @Test func `a body that comes in one frame is handed on where it lies`() throws {
        var assembler = ContentAssembler()
        try Frame.publish().payload.withUnsafeBytes { try assembler.begin(method: $0) }
        _ = try Frame.header(bodySize: 4).payload.withUnsafeBytes { try assembler.receive(header: $0) }
        try [1, 2, 3, 4].withUnsafeBytes { (part: UnsafeRawBufferPointer) in
            let part = UnsafeRawBufferPointer(rebasing: part[..<4])
            guard case .complete(let content) = try assembler.receive(body: part) else {
                Issue.record("the content is not complete")
                return
            }
            #expect(content.body.baseAddress == part.baseAddress)
        }
    }

    @Test func `frames of a content that nothing announced are unexpected`() {
        #expect(code { _ = try play([.header(bodySize: 0)]) } == .unexpectedFrame)
        #expect(code { _ = try play([.body([1])]) } == .unexpectedFrame)
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: 0), .body([])]) } == .unexpectedFrame)
    }

    @Test func `a method between the frames of a content is unexpected`() {
        let ack = Method.basicAck(BasicAck(deliveryTag: 1))
        #expect(code { _ = try play([.method(Self.publish), .method(ack)]) } == .unexpectedFrame)
        #expect(code { _ = try play([.method(Self.publish), .method(Self.publish)]) } == .unexpectedFrame)
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: 1), .method(ack)]) } == .unexpectedFrame)
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: 0), .method(ack)]) } == nil)
    }

    @Test func `a body without a header and a second header are unexpected`() {
        #expect(code { _ = try play([.method(Self.publish), .body([1])]) } == .unexpectedFrame)
        #expect(
            code { _ = try play([.method(Self.publish), .header(bodySize: 1), .header(bodySize: 1)]) }
                == .unexpectedFrame
        )
    }

    @Test func `a header of another class is unexpected`() {
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: 1, classID: 50)]) } == .unexpectedFrame)
    }

    @Test func `a body longer than announced is a frame error`() {
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: 1), .body([1, 2])]) } == .frameError)
        #expect(
            code { _ = try play([.method(Self.publish), .header(bodySize: 3), .body([1, 2]), .body([3, 4])]) }
                == .frameError
        )
        #expect(
            code { _ = try play([.method(Self.publish), .header(bodySize: 3), .body([1, 2, 3, 4])], limit: 2) }
                == .frameError
        )
    }

    @Test func `more than 512 MiB may not even be announced`() throws {
        let limit = FrameLimits.bodySizeLimit
        #expect(try play([.method(Self.publish), .header(bodySize: limit)], limit: .max).last == .incomplete)
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: limit + 1)]) } == .frameError)
        #expect(code { _ = try play([.method(Self.publish), .header(bodySize: .max)]) } == .frameError)
    }

    @Test func `a body over the limit is reported once and its frames are dropped`() throws {
        #expect(
            try play(
                [
                    .method(Self.publish), .header(bodySize: 5), .body([1, 2, 3]), .body([4, 5]),
                    .method(Self.publish), .header(bodySize: 4), .body([1, 2, 3, 4]),
                ],
                limit: 4
            ) == [
                .incomplete, .tooLarge(5), .incomplete, .incomplete, .incomplete, .incomplete, .complete([1, 2, 3, 4]),
            ]
        )
    }

    @Test func `a content can be forgotten`() throws {
        var assembler = ContentAssembler()
        try Frame.publish().payload.withUnsafeBytes { try assembler.begin(method: $0) }
        assembler.reset()
        #expect(!assembler.expectsContent)
        #expect(throws: Never.self) { try assembler.expectMethod(.basicAck) }
    }

    @Test func `a header that is too short is a syntax error`() throws {
        var assembler = ContentAssembler()
        try Frame.publish().payload.withUnsafeBytes { try assembler.begin(method: $0) }
        let short = Array(Frame.header(bodySize: 1).payload.dropLast())
        #expect(code { _ = try short.withUnsafeBytes { try assembler.receive(header: $0) } } == .syntaxError)
    }
}
