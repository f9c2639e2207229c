import LeveretModel
import LeveretWire
import Testing

@testable import LeveretCLI

struct PublishBatchTests {
    private static let limits = FrameLimits(frameMax: 4096, channelMax: 1, heartbeat: 0)

    @Test(arguments: [0, 7, 16, 4088, 4089, 10_000])
    func `a batch is a run of whole publishings`(size: Int) throws {
        let batch = PublishBatch(routingKey: "orders", size: size, persistent: true, frameMax: 4096)
        let bytes = batch.fill(min(3, batch.capacity), first: 40) { _ in 99 }
        let decoder = FrameDecoder(limits: Self.limits)
        var offset = 0
        var bodies = 0
        var missing: UInt64 = 0
        while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
            switch frame.kind {
            case .method:
                #expect(missing == 0)
                #expect(
                    try Method(decoding: frame.payload)
                        == .basicPublish(BasicPublish(exchange: "", routingKey: "orders"))
                )
            case .header:
                missing = frame.payload.loadUnaligned(fromByteOffset: 4, as: UInt64.self).bigEndian
                #expect(missing == UInt64(size))
                #expect(frame.payload.suffix(3).elementsEqual([0x10, 0, 2]))
                if missing == 0 { bodies += 1 }
            case .body:
                missing -= UInt64(frame.payload.count)
                if missing == 0 { bodies += 1 }
            case .heartbeat: Issue.record("a heartbeat in a batch")
            }
        }
        #expect(offset == bytes.count)
        #expect(bodies == min(3, batch.capacity))
    }

    @Test func `the numbers and times are the first bytes of the bodies`() throws {
        let batch = PublishBatch(routingKey: "q", size: 16, persistent: false, frameMax: 131_072)
        let bytes = batch.fill(2, first: 7) { $0 * 1000 }
        var offset = 0
        var marks: [UInt64] = []
        while let frame = try FrameDecoder(limits: Self.limits).nextFrame(in: bytes, at: &offset) {
            guard frame.kind == .body else { continue }
            marks.append(frame.payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
            marks.append(frame.payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        #expect(marks == [7, 7000, 8, 8000])
    }
}
