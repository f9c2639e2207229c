import Foundation
import Testing

/// Seeds are run by processes of their own (`LeveretSimulate`), one on each core, for there is no other way to know that
/// nothing but the seed decides what happens: no address, no hash seed, nothing that another seed has left behind.
@Suite(.serialized) struct SimulationTests {
    @Test func `a core keeps its promises under every seed, crashes included`() throws {
        let count = SimulatedSeeds.count
        let shares = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))
        let runs = try (1...shares).map { try SimulatedSeeds(from: $0, through: count, every: shares) }
        let results = runs.map { $0.finish() }
        for result in results { #expect(result.isSuccess, "\(result.failures)") }
        #expect(results.reduce(0) { $0 + $1.traces.count } == count)
        guard count >= 500 else { return }
        let coverage = results.reduce(into: [:]) { $0.merge($1.coverage, uniquingKeysWith: +) }
        #expect(coverage.filter { $0.value == 0 }.isEmpty, "no seed came by these")
    }

    @Test func `the same seed gives the same trace in two processes`() throws {
        let runs = try (1...2).map { _ in try SimulatedSeeds(from: 1, through: 40, every: 1) }
        let (first, second) = (runs[0].finish(), runs[1].finish())
        #expect(first.traces.count == 40)
        #expect(first.traces == second.traces)
    }
}
