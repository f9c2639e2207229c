import Foundation
import LeveretModel
import LeveretTestSupport
import LeveretWire
import Testing

/// Bytes in, events or an error out, never a trap: damaged sessions are read as a connection reads them.
struct FuzzTests {
    /// From 0 on, as many as `LEVERET_FUZZ_SEEDS` says.
    private static let seeds: Range<UInt64> = {
        let count = ProcessInfo.processInfo.environment["LEVERET_FUZZ_SEEDS"].flatMap(UInt64.init) ?? 8
        return 0..<max(count, 1)
    }()
    private static let inputsPerSeed = 25_000

    @Test(arguments: seeds)
    func `damaged sessions end in events or in an error of the protocol`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sessions = try (0..<50).map { _ in try generator.session() }
        var refused = 0
        for _ in 0..<Self.inputsPerSeed {
            let input = generator.mutated(generator.pick(sessions))
            var reader = SessionReader(decoder: .beforeTuning, bodyLimit: 64)
            do {
                try reader.receive(input)
                try reader.receive([])
            } catch let error as WireError {
                #expect((501...505).contains(error.code.rawValue), "\(error)")
                refused += 1
            }
        }
        #expect(refused > Self.inputsPerSeed / 4)
        #expect(refused < Self.inputsPerSeed)
    }

    @Test func `noise is refused too`() {
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<2000 {
            let input = generator.bytes(Int.random(in: 0...60, using: &generator))
            var reader = SessionReader(decoder: .beforeTuning)
            do {
                try reader.receive(input)
            } catch {
                #expect(error is WireError)
            }
            input.withUnsafeBytes { bytes in
                _ = ProtocolHeader(bytes)
                _ = try? Method(decoding: bytes)
                _ = try? BasicPublishView(payload: bytes)
                _ = try? BasicDeliverView(payload: bytes)
                _ = try? SettlementView(payload: bytes)
                _ = try? ContentHeaderView(payload: bytes)
            }
        }
    }
}

extension SeededGenerator {
    /// Two or three short methods and contents.
    fileprivate mutating func session() throws -> [UInt8] {
        let methods = methods()
        return try (0..<Int.random(in: 2...3, using: &self)).flatMap { _ in
            let method = pick(methods)
            let start = try method.frame()
            return method.hasContent ? start + content() : start
        }
    }

    private mutating func content() -> [UInt8] {
        let body = bytes(Int.random(in: 0...8, using: &self))
        let header = Frame.header([0x10, 0, 2], bodySize: UInt64(body.count))
        let cut = Int.random(in: 0...body.count, using: &self)
        let parts = [Array(body[..<cut]), Array(body[cut...])].filter { !$0.isEmpty }
        return ([header] + parts.map(Frame.body)).flatMap(\.bytes)
    }
}
