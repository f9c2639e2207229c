import Foundation
import Testing

/// Seeds are run by processes of their own (`LeveretSimulate`), one on each core, for there is no other way to know that
/// nothing but the seed decides what happens: no address, no hash seed, nothing that another seed has left behind.
@Suite(.serialized) struct SimulationTests {
    @Test(arguments: SimulatedSeeds.Stage.allCases)
    func `promises are kept under every seed, crashes included, and a seed plays the same in two processes`(
        stage: SimulatedSeeds.Stage
    ) throws {
        let count = stage.seedCount
        let shares = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))
        let results = try (1...shares).map { try SimulatedSeeds(stage, from: $0, through: count, every: shares) }
            .map { $0.finish() }
        for result in results { #expect(result.isSuccess, "\(result.failures)") }
        let traces = results.reduce(into: [:]) { $0.merge($1.traces) { first, _ in first } }
        #expect(traces.count == count)
        if count >= stage.enoughSeeds {
            let coverage = results.reduce(into: [:]) { $0.merge($1.coverage, uniquingKeysWith: +) }
            #expect(coverage.filter { $0.value == 0 }.isEmpty, "no seed came by these")
        }
        // This time each seed follows on another.
        let bounds = (0...shares).map { $0 * count / shares }
        let repetitions = try zip(bounds, bounds.dropFirst()).map { start, end in
            try SimulatedSeeds(stage, from: start + 1, through: end, every: 1)
        }
        let repeated = repetitions.map { $0.finish() }.reduce(into: [:]) { $0.merge($1.traces) { first, _ in first } }
        #expect(repeated == traces)
    }
}
