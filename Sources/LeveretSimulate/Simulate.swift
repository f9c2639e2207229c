import LeveretNetworkSimulation
import LeveretSimulation

/// Runs seeds one after the other. Prints a line for each: the seed and a hash of everything that happened, or what was
/// not kept; then how often the simulation came by the places that it exists for.
@main
struct Simulate {
    static let usage = """
        USAGE: LeveretSimulate [--wire] [FIRST] LAST [EVERY]

        Runs the seeds from FIRST (1) to LAST, every so many (1): the core and its journal, or with --wire the server and
        its clients' bytes as well. Exit status 1 if a promise was not kept; then the latest steps are told, or all of
        them if there is but one seed.
        """

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let isWire = arguments.first == "--wire"
        guard let seeds = Seeds((isWire ? arguments.dropFirst() : arguments).map(UInt64.init)) else {
            say(usage, to: 2)
            leave(with: 64)
        }
        leave(with: (isWire ? run(seeds, by: Self.playWire) : run(seeds, by: Self.playCore)) ? 0 : 1)
    }

    /// What one seed has led to.
    private struct Outcome {
        var trace: UInt64
        var coverage: [(name: String, count: Int)]
    }

    private static func playCore(_ seed: UInt64, linesKept: Int) throws -> Outcome {
        let simulator = try Simulator(seed: seed, linesKept: linesKept)
        return Outcome(trace: try simulator.run(), coverage: simulator.coverage.counts)
    }

    private static func playWire(_ seed: UInt64, linesKept: Int) throws -> Outcome {
        let simulator = try NetworkSimulator(seed: seed, linesKept: linesKept)
        return Outcome(trace: try simulator.run(), coverage: simulator.coverage.counts)
    }

    /// Gives up after three failures: `false`. A seed that failed is run again, this time noting what happens.
    private static func run(_ seeds: Seeds, by play: (UInt64, _ linesKept: Int) throws -> Outcome) -> Bool {
        var coverage: [(name: String, count: Int)] = []
        var failures = 0
        for seed in stride(from: seeds.first, through: seeds.last, by: Int(seeds.every)) where failures < 3 {
            LastWords.seed = seed
            do {
                let outcome = try play(seed, 0)
                say("\(seed) \(outcome.trace)")
                coverage = outcome.coverage.enumerated().map { place, count in
                    (count.name, count.count + (coverage.indices.contains(place) ? coverage[place].count : 0))
                }
            } catch {
                failures += 1
                say("\(seed) failed: \(explanation(of: seed, seeds, by: play) ?? "\(error)")")
            }
        }
        for (name, count) in coverage { say("\(name): \(count)") }
        return failures == 0
    }

    private static func explanation(
        of seed: UInt64,
        _ seeds: Seeds,
        by play: (UInt64, _ linesKept: Int) throws -> Outcome
    ) -> String? {
        do {
            _ = try play(seed, seeds.isSingle ? .max : 60)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// Which seeds to run.
struct Seeds {
    var first: UInt64 = 1
    var last: UInt64
    var every: UInt64 = 1

    var isSingle: Bool { first == last }

    /// Reads the arguments of the command; `nil` if they make no sense.
    init?(_ arguments: [UInt64?]) {
        let numbers = arguments.compactMap(\.self)
        guard numbers.count == arguments.count, (1...3).contains(numbers.count) else { return nil }
        last = numbers[0]
        if numbers.count > 1 { (first, last) = (numbers[0], numbers[1]) }
        if numbers.count > 2 { every = numbers[2] }
        guard every > 0, every <= UInt64(Int.max) else { return nil }
    }
}
