import Foundation
import LeveretSimulation
import Testing

/// Seeds come from `LEVERET_SEED` (one), or `LEVERET_SEEDS` (how many, from 1), or there are 200.
private let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["LEVERET_SEED"].flatMap(UInt64.init) { return [seed] }
    let count = environment["LEVERET_SEEDS"].flatMap(UInt64.init) ?? 200
    return Array(1...max(count, 1))
}()

@Suite(.serialized) struct SimulationTests {
    @Test func `a core keeps its promises under every seed, crashes included`() throws {
        var coverage = Coverage()
        var failures = 0
        for seed in seeds where failures < 3 {
            let simulator = try Simulator(seed: seed)
            LastWords.seed = seed
            do {
                _ = try simulator.run()
                coverage = coverage + simulator.coverage
            } catch {
                failures += 1
                Issue.record("\(try explanation(of: seed) ?? "\(error)")")
            }
        }
        guard seeds.count >= 200, failures == 0 else { return }
        #expect(coverage.unreached == [])
    }

    @Test func `the same seed gives the same trace`() throws {
        for seed in seeds.prefix(10) {
            LastWords.seed = seed
            let first = try? Simulator(seed: seed).run()
            let second = try? Simulator(seed: seed).run()
            #expect(first == second, "seed \(seed)")
        }
    }

    /// Runs a seed again, this time noting what happens.
    private func explanation(of seed: UInt64) throws -> String? {
        do {
            _ = try Simulator(seed: seed, keepsHistory: true).run()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
