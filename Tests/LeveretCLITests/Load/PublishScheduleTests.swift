import Testing

@testable import LeveretCLI

struct PublishScheduleTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `without a rate everything is due at once`() {
        let schedule = PublishSchedule(.sample(limit: .messages(100)), producer: 0, start: 5)
        #expect(schedule.due(at: 5, sent: 0) == 100)
        #expect(schedule.due(at: 5, sent: 60) == 40)
        #expect(schedule.due(at: 5, sent: 100) == nil)
    }

    @Test func `with a rate messages are due one after the other`() {
        let plan = LoadPlan.sample(producers: 2, limit: .seconds(10), rate: 2000)
        let schedule = PublishSchedule(plan, producer: 0, start: 0)
        #expect(schedule.due(at: 0, sent: 0) == 1)
        #expect(schedule.due(at: Self.second / 2, sent: 0) == 501)
        #expect(schedule.due(at: Self.second / 2, sent: 501) == 0)
        #expect(schedule.moment(of: 500, now: 0) == Self.second / 2)
        #expect(schedule.wakeTime(sent: 501, lastSentAt: Self.second / 2) == 501_000_000)
    }

    @Test func `at a high rate a producer sends every 100 microseconds, whenever confirms have woken it`() {
        let plan = LoadPlan.sample(producers: 1, limit: .seconds(10), rate: 50_000)
        let schedule = PublishSchedule(plan, producer: 0, start: 0)
        #expect(schedule.due(at: 40_000, sent: 3) == 0)
        #expect(schedule.wakeTime(sent: 3, lastSentAt: 40_000) == 140_000)
        #expect(schedule.due(at: 139_999, sent: 3) == 4)
    }

    @Test func `nothing is due after the end`() {
        let schedule = PublishSchedule(.sample(limit: .seconds(2)), producer: 0, start: 7)
        #expect(schedule.due(at: 7 + 2 * Self.second - 1, sent: 9) != nil)
        #expect(schedule.due(at: 7 + 2 * Self.second, sent: 9) == nil)
    }

    @Test func `producers share the count without a rest`() {
        let plan = LoadPlan.sample(producers: 3, limit: .messages(10))
        #expect((0..<3).map { plan.share(ofProducer: $0) } == [4, 3, 3])
    }
}
