import LeveretModel
import LeveretWire
import Testing

struct WholeContentTests {
    private let decoder = FrameDecoder(limits: FrameLimits(frameMax: 4096, channelMax: 0, heartbeat: 0))

    /// The body, and how many bytes were consumed.
    private func whole(_ frames: [Frame], limit: Int = 1000) -> (body: [UInt8], consumed: Int)? {
        whole(frames.flatMap(\.bytes), limit: limit)
    }

    private func whole(_ bytes: [UInt8], limit: Int = 1000) -> (body: [UInt8], consumed: Int)? {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            let content = decoder.wholeContent(channel: 1, classID: 60, bodyLimit: limit, in: bytes, at: &offset)
            if content == nil { #expect(offset == 0, "what is not taken must not be consumed") }
            return content.map { ([UInt8]($0.body), offset) }
        }
    }

    @Test func `a header and its only body are taken together`() throws {
        let frames = [Frame.header([0x10, 0, 2], bodySize: 3), .body([1, 2, 3]), .body([9])]
        let content = try #require(whole(frames))
        #expect(content.body == [1, 2, 3])
        #expect(content.consumed == frames[0].bytes.count + frames[1].bytes.count)
    }

    @Test func `an empty body has no frame`() throws {
        let content = try #require(whole([.header(bodySize: 0), .body([1])]))
        #expect(content.body.isEmpty)
        #expect(content.consumed == Frame.header(bodySize: 0).bytes.count)
    }

    @Test func `whatever is not whole is left to the assembler`() {
        let frames = [Frame.header(bodySize: 3), .body([1, 2, 3])]
        let bytes = frames.flatMap(\.bytes)
        for length in 0..<bytes.count { #expect(whole(Array(bytes.prefix(length))) == nil) }
        #expect(whole([.header(bodySize: 3), .body([1, 2]), .body([3])]) == nil)
        #expect(whole([.header(bodySize: 3), .body([1, 2, 3, 4])]) == nil)
        #expect(whole([.header(bodySize: 3, classID: 50), .body([1, 2, 3])]) == nil)
        #expect(whole([.header(bodySize: 3), Frame(.body, channel: 2, payload: [1, 2, 3])]) == nil)
        #expect(whole([.header(bodySize: 3), Frame(.heartbeat, channel: 0), .body([1, 2, 3])]) == nil)
        #expect(whole([.body([1, 2, 3])]) == nil)
        #expect(whole([.header([0], bodySize: 0)]) == nil)
        #expect(whole(frames, limit: 2) == nil)
        #expect(whole(frames, limit: -1) == nil)
        #expect(whole([.header(bodySize: .max), .body([1])], limit: .max) == nil)
    }

    @Test func `wrong ends and frames that are too long are left to the decoder`() {
        let bytes = [Frame.header(bodySize: 3), .body([1, 2, 3])].flatMap(\.bytes)
        for end in [Frame.header(bodySize: 3).bytes.count - 1, bytes.count - 1] {
            var damaged = bytes
            damaged[end] = 0
            #expect(whole(damaged) == nil)
        }
        let long = [UInt8](repeating: 0, count: 4097)
        #expect(whole([.header(bodySize: 4097), .body(long)], limit: .max) == nil)
    }
}
