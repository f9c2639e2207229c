import LeveretCore
import Testing

@testable import Leveret

@Suite struct ReadingMemoryTests {
    private static let size = 500_000

    @Test func `memory is used again when nobody holds it any more`() {
        var memory = ReadingMemory()
        let first = identity(memory.take(Self.size))
        #expect(identity(memory.take(Self.size)) == first)
        #expect(identity(memory.take(Self.size - 1000)) == first)
    }

    @Test func `memory that is held is not given to anybody else, however much is asked for`() {
        var memory = ReadingMemory()
        let held = (0..<10).map { _ in memory.take(Self.size) }
        #expect(Set(held.map(identity)).count == 10)
        #expect(held.allSatisfy { $0.capacity >= Self.size })
        withExtendedLifetime(held) {}
    }

    @Test(arguments: [1, 100, 65_535, 65_536, 300_000, 1 << 20, 5_000_000])
    func `there is room for what was asked for, and for at most twice as much`(size: Int) {
        var memory = ReadingMemory()
        _ = memory.take(1 << 20)
        let block = memory.take(size)
        #expect(block.capacity >= size)
        #expect(block.capacity <= 2 * size)
    }

    private func identity(_ block: SegmentMemory) -> ObjectIdentifier { ObjectIdentifier(block) }
}
