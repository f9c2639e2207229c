import Testing

@testable import LeveretServer

@Suite struct FrameRemainderTests {
    @Test func `bytes are kept in order across growth`() {
        var remainder = FrameRemainder()
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        bytes.withUnsafeBytes { all in
            var start = 0
            while start < all.count {
                let end = min(all.count, start + 77)
                remainder.append(all[start..<end])
                start = end
            }
        }
        #expect([UInt8](remainder.bytes) == bytes)
    }

    @Test func `removed bytes stay readable until the next are kept`() {
        var remainder = FrameRemainder()
        [1, 2, 3].withUnsafeBytes { remainder.append($0[...]) }
        let kept = remainder.bytes
        let before = [UInt8](kept)
        remainder.removeAll()
        let isEmpty = remainder.isEmpty
        #expect(isEmpty)
        #expect([UInt8](kept) == before)
    }

    @Test func `memory is not given back while bytes are in it`() {
        var remainder = FrameRemainder()
        [UInt8(9)].withUnsafeBytes { remainder.append($0[...]) }
        remainder.releaseMemory()
        let bytes = [UInt8](remainder.bytes)
        #expect(bytes == [9])
        remainder.removeAll()
        remainder.releaseMemory()
        let isEmpty = remainder.isEmpty
        #expect(isEmpty)
    }
}
