import LeveretModel
import LeveretTestSupport
import LeveretWire
import NIOCore
import Testing

struct MethodRoundTripTests {
    @Test(arguments: 0..<50)
    func `every method survives the way there and back`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let methods = generator.methods()
        #expect(Set(methods.map(\.id)).count == 66)
        for method in methods {
            let frame = try #require(try FrameDecoder.unlimited.frames(in: method.frame(channel: 7)).first)
            #expect(frame.kind == .method)
            #expect(frame.channel == 7)
            #expect(try Method.decoded(frame.payload) == method)
        }
    }

    @Test func `leftover bytes and missing bytes are errors in every method`() throws {
        var generator = SeededGenerator(seed: 3)
        for method in generator.methods() {
            let payload = try Frame.method(method).payload
            #expect(code { _ = try Method.decoded(payload + [0]) } == .syntaxError, "\(method.id.name)")
            for length in 0..<payload.count {
                let expected: ReplyCode = length < 4 ? .frameError : .syntaxError
                #expect(code { _ = try Method.decoded(Array(payload.prefix(length))) } == expected)
            }
        }
    }

    @Test(arguments: ["0032000c", "00630001", "000a0099", "0028 0029", "00000000", "ffffffff"])
    func `unknown classes and methods are invalid commands`(hex: String) throws {
        let payload = try bytes(hex: hex)
        #expect(code { _ = try Method.decoded(payload) } == .commandInvalid)
    }

    @Test func `an error names the method that failed`() throws {
        let payload = try bytes(hex: "0032000a 0000 05")
        #expect {
            try Method.decoded(payload)
        } throws: { error in
            let error = error as? WireError
            return error?.method == .queueDeclare
                && error.map(AMQPError.init)?.text.hasPrefix("SYNTAX_ERROR - ") == true
        }
    }

    @Test func `names that are not UTF-8 are frame errors`() throws {
        #expect(code { _ = try Method.decoded(bytes(hex: "003c0046 0000 02c328 00")) } == .frameError)
        #expect(
            code { _ = try Method.decoded(bytes(hex: "000a000a 00 09 00000000 00000002 c328 00000000")) } == .frameError
        )
    }

    @Test func `a name over 255 bytes cannot be sent and nothing is written`() throws {
        let name = String(repeating: "q", count: 256)
        var buffer = ByteBuffer(string: "before")
        #expect(
            code { try Method.queuePurge(QueuePurge(queue: name)).encode(channel: 1, into: &buffer) } == .syntaxError
        )
        #expect(code { try QueuePurge(queue: name).encode(channel: 1, into: &buffer) } == .syntaxError)
        #expect(buffer == ByteBuffer(string: "before"))
    }

    @Test func `fields can be sent and read without the enumeration`() throws {
        let fields = QueueDeclareOk(queue: "q", messageCount: 1, consumerCount: 2)
        var buffer = ByteBuffer()
        try fields.encode(channel: 3, into: &buffer)
        #expect(try Array(buffer.readableBytesView) == Method.queueDeclareOk(fields).frame(channel: 3))
        let payload = try Frame.method(.queueDeclareOk(fields)).payload
        try payload.withUnsafeBytes { payload in
            let read = try QueueDeclareOk(decoding: payload)
            #expect(read == fields)
            #expect(code { _ = try QueueBindOk(decoding: payload) } == .commandInvalid)
        }
    }

    @Test func `flags share octets and each has its own bit`() throws {
        for bit in 0..<7 {
            let consume = BasicConsume(
                queue: "",
                consumerTag: "",
                noLocal: bit == 0,
                noAck: bit == 1,
                exclusive: bit == 2,
                noWait: bit == 3
            )
            let payload = try Frame.method(.basicConsume(consume)).payload
            #expect(payload[8] == (bit < 4 ? 1 << bit : 0))
        }
    }

    @Test func `the methods with content and the synchronous ones are known`() {
        var generator = SeededGenerator(seed: 0)
        let methods = generator.methods()
        #expect(
            methods.filter(\.hasContent).map(\.id.name)
                == ["basic.publish", "basic.return", "basic.deliver", "basic.get-ok"]
        )
        #expect(methods.filter { $0.id.name.hasSuffix("-ok") }.allSatisfy { !$0.isSynchronous })
        #expect(
            methods.filter { !$0.isSynchronous && !$0.hasContent && !$0.id.name.hasSuffix("-ok") }.map(\.id.name)
                == [
                    "connection.blocked", "connection.unblocked", "basic.get-empty", "basic.ack", "basic.reject",
                    "basic.recover-async", "basic.nack",
                ]
        )
    }
}
