import LeveretSimulation

/// Runs seeds one after the other. Prints a line for each: the seed and a hash of everything that happened, or what was
/// not kept; then how often the simulation came by the places that it exists for.
@main
struct Simulate {
    static let usage = """
        USAGE: LeveretSimulate [FIRST] LAST [EVERY]

        Runs the seeds from FIRST (1) to LAST, every so many (1). Exit status 1 if a promise was not kept; then the latest
        steps are told, or all of them if there is but one seed.
        """

    static func main() {
        let numbers = CommandLine.arguments.dropFirst().map(UInt64.init)
        guard let seeds = Seeds(numbers) else {
            say(usage, to: 2)
            leave(with: 64)
        }
        leave(with: run(seeds) ? 0 : 1)
    }

    /// Gives up after three failures: `false`.
    private static func run(_ seeds: Seeds) -> Bool {
        var coverage = Coverage()
        var failures = 0
        for seed in stride(from: seeds.first, through: seeds.last, by: Int(seeds.every)) where failures < 3 {
            LastWords.seed = seed
            do {
                let simulator = try Simulator(seed: seed)
                say("\(seed) \(try simulator.run())")
                coverage = coverage + simulator.coverage
            } catch {
                failures += 1
                let lines = seeds.isSingle ? .max : 60
                say("\(seed) failed: \(explanation(of: seed, lines: lines) ?? "\(error)")")
            }
        }
        for (name, count) in coverage.counts { say("\(name): \(count)") }
        return failures == 0
    }

    /// Runs a seed again, this time noting what happens.
    private static func explanation(of seed: UInt64, lines: Int) -> String? {
        do {
            _ = try Simulator(seed: seed, linesKept: lines).run()
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
