import Testing

@testable import LeveretCLI

struct LoadResultTests {
    @Test func `a run is sound if everything was confirmed and came`() throws {
        var plan = LoadPlan.sample()
        plan.confirmWindow = 10
        #expect(try Self.result(plan, sent: 10, confirmed: 10, received: 10, expected: 10).isSound)
    }

    @Test func `what is missing, refused, unanswered or too much makes a run unsound`() throws {
        var plan = LoadPlan.sample()
        plan.confirmWindow = 10
        let lost = try Self.result(plan, sent: 10, confirmed: 10, received: 9, expected: 10)
        #expect(lost.lost == 1 && !lost.isSound)
        let refused = try Self.result(plan, sent: 10, confirmed: 9, refused: 1, received: 9, expected: 9)
        #expect(refused.refused == 1 && !refused.isSound)
        let unanswered = try Self.result(plan, sent: 10, confirmed: 9, received: 10, expected: 10)
        #expect(unanswered.unconfirmed == 1 && !unanswered.isSound)
        let tooMuch = try Self.result(plan, sent: 10, confirmed: 10, received: 11, expected: 10)
        #expect(tooMuch.surplus == 1 && !tooMuch.isSound)
    }

    @Test func `a run that somebody ended has lost nothing`() throws {
        let progress = LoadProgress()
        progress.interrupt()
        let result = try Self.result(.sample(), sent: 10, confirmed: 0, received: 4, expected: 10, progress)
        #expect(result.lost == 0)
        #expect(result.isInterrupted)
    }

    @Test func `figures per message and per second leave the warm-up out`() throws {
        let progress = LoadProgress()
        progress.addSent(1000)
        progress.addReceived(1000)
        let warm = try LoadSnapshot(progress, brokerProcess: nil)
        progress.addSent(500)
        progress.addReceived(500)
        let end = try LoadSnapshot(progress, brokerProcess: nil)
        let result = LoadResult(.sample(), progress, producers: [], consumers: [], from: warm, to: end)
        #expect(result.sent == 1500)
        #expect(result.messages == 500)
        #expect(result.perMessage(1000) == 2)
    }

    @Test func `the report names what is wrong`() throws {
        let result = try Self.result(.sample(), sent: 10, confirmed: 0, received: 9, expected: 10)
        #expect(LoadReport(result: result).lines.contains { $0.hasPrefix("wrong") && $0.hasSuffix("1 lost") })
        #expect(LoadReport(result: result).json.text.contains(#""sound":false"#))
    }

    private static func result(
        _ plan: LoadPlan,
        sent: UInt64,
        confirmed: UInt64,
        refused: UInt64 = 0,
        received: UInt64,
        expected: UInt64,
        _ progress: LoadProgress = LoadProgress()
    ) throws -> LoadResult {
        let start = try LoadSnapshot(progress, brokerProcess: nil)
        progress.addSent(sent)
        progress.addAnswered(confirmed: confirmed, refused: refused)
        progress.addReceived(received)
        progress.expect(expected)
        let end = try LoadSnapshot(progress, brokerProcess: nil)
        return LoadResult(plan, progress, producers: [], consumers: [], from: start, to: end)
    }
}
