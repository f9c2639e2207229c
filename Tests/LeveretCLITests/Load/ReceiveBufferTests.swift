import Testing

@testable import LeveretCLI

struct ReceiveBufferTests {
    private static let frame: [UInt8] = [3, 0, 1, 0, 0, 0, 2, 7, 8, 0xCE]

    @Test func `a frame is found wherever the bytes are cut`() throws {
        for cut in 0...Self.frame.count {
            var buffer = ReceiveBuffer(capacity: 64)
            Self.put(Self.frame[..<cut], into: &buffer)
            if cut < Self.frame.count { #expect(try buffer.nextFrame() == nil) }
            Self.put(Self.frame[cut...], into: &buffer)
            let frame = try #require(try buffer.nextFrame())
            #expect(frame.type == 3)
            #expect(frame.payload.elementsEqual([7, 8]))
            #expect(try buffer.nextFrame() == nil)
        }
    }

    @Test func `many frames pass through little room`() throws {
        var buffer = ReceiveBuffer(capacity: 32)
        var count = 0
        let stream = Array(repeating: Self.frame, count: 20).flatMap { $0 }
        var sent = 0
        while sent < stream.count {
            let room = buffer.room()
            let piece = stream[sent...].prefix(min(room.count, 7))
            room.copyBytes(from: piece)
            buffer.commit(piece.count)
            sent += piece.count
            while try buffer.nextFrame() != nil { count += 1 }
        }
        #expect(count == 20)
    }

    @Test func `a frame without its end octet or too long for the room is refused`() {
        var wrongEnd = ReceiveBuffer(capacity: 64)
        Self.put(Self.frame.dropLast() + [0], into: &wrongEnd)
        #expect(throws: LoadFailure.self) { try wrongEnd.nextFrame() == nil }
        var tooLong = ReceiveBuffer(capacity: 64)
        Self.put([3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0], into: &tooLong)
        #expect(throws: LoadFailure.self) { try tooLong.nextFrame() == nil }
    }

    private static func put(_ bytes: some Collection<UInt8>, into buffer: inout ReceiveBuffer) {
        buffer.room().copyBytes(from: bytes)
        buffer.commit(bytes.count)
    }
}
