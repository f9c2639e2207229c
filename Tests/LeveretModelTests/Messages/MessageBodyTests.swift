import LeveretModel
import Testing

struct MessageBodyTests {
    @Test func `bytes, slices and text are published as they are`() {
        func bytes(_ body: some MessageBody) -> [UInt8] { body.withUnsafeBodyBytes { [UInt8]($0) } }
        #expect(bytes([1, 2, 3] as [UInt8]) == [1, 2, 3])
        #expect(bytes(([1, 2, 3] as [UInt8])[1...]) == [2, 3])
        #expect(bytes("hé") == [0x68, 0xC3, 0xA9])
        #expect(bytes([] as [UInt8]).isEmpty)
    }

    @Test func `a delivered body stays readable while it is held`() {
        let body = DeliveredBody(copying: Array("body".utf8))
        #expect(body.count == 4)
        #expect(body.string == "body")
        #expect(body.bytes == Array("body".utf8))
        let empty = DeliveredBody(copying: [] as [UInt8])
        #expect(empty.isEmpty)
        #expect(empty.bytes.isEmpty)
    }
}
