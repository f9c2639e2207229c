import LeveretModel
import LeveretTestSupport
import Testing

struct PropertiesSummaryTests {
    @Test func `the two usual cases are read at once`() throws {
        #expect(try PropertiesSummary.scanned([0, 0]) == PropertiesSummary.scanned([0, 1, 0, 0]))
        #expect(try !PropertiesSummary.scanned([0, 0]).isPersistent)
        #expect(try PropertiesSummary.scanned([0x10, 0, 2]).isPersistent)
        #expect(try !PropertiesSummary.scanned([0x10, 0, 1]).isPersistent)
        #expect(try !PropertiesSummary.scanned([0x10, 0, 3]).isPersistent)
    }

    @Test func `the usual cases still check their length`() {
        #expect(problem { _ = try PropertiesSummary.scanned([]) } == .truncated(missing: 2))
        #expect(problem { _ = try PropertiesSummary.scanned([0]) } == .truncated(missing: 1))
        #expect(problem { _ = try PropertiesSummary.scanned([0, 0, 0]) } == .leftover(1))
        #expect(problem { _ = try PropertiesSummary.scanned([0x10, 0]) } == .truncated(missing: 1))
        #expect(problem { _ = try PropertiesSummary.scanned([0x10, 0, 2, 2]) } == .leftover(1))
    }

    @Test(arguments: 0..<300)
    func `it finds what decoding finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let properties = generator.properties()
        let encoded = try properties.encoded()
        let summary = try PropertiesSummary.scanned(encoded)
        func text(_ range: Range<Int>?) -> String? { range.map { String(decoding: encoded[$0], as: UTF8.self) } }
        #expect(summary.isPersistent == (properties.deliveryMode == .persistent))
        #expect(summary.priority == properties.priority)
        #expect(text(summary.expiration) == properties.expiration)
        #expect(text(summary.userID) == properties.userID)
        #expect(text(summary.replyTo) == properties.replyTo)
        #expect(try summary.headers.map { try FieldTable.decoded(Array(encoded[$0])) } == properties.headers)
    }

    @Test func `what is scanned can be decoded and nothing else, whatever a peer sends`() throws {
        var generator = SeededGenerator(seed: 1)
        var accepted = 0
        var refused = 0
        for _ in 0..<300 {
            let original = try generator.properties().encoded()
            for _ in 0..<60 {
                let input = generator.mutated(original)
                let scanning = problem { _ = try PropertiesSummary.scanned(input) }
                let decoding = problem { _ = try BasicProperties.decoded(input) }
                #expect(scanning == decoding, "\(input)")
                if decoding == nil { accepted += 1 } else { refused += 1 }
            }
        }
        #expect(accepted > 1000)
        #expect(refused > 1000)
    }
}
