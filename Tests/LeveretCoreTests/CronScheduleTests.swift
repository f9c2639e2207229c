import LeveretCore
import Testing

@Suite struct CronScheduleTests {
    /// 2027-01-15 08:00:00 UTC, a Friday.
    private static let friday: UInt64 = 1_800_000_000_000
    private static let minute: UInt64 = 60_000
    private static let hour: UInt64 = 60 * minute
    private static let day: UInt64 = 24 * hour

    /// What comes next after that Friday, in milliseconds from it.
    @Test(
        arguments: [
            ("* * * * *", minute), ("*/15 * * * *", 15 * minute), ("5 * * * *", 5 * minute), ("0 8 * * *", day),
            ("30 8 * * *", 30 * minute), ("0 7 * * *", 23 * hour), ("59 23 * * *", 15 * hour + 59 * minute),
            ("0 9-17/4 * * *", hour), ("10,20,5 * * * *", 5 * minute), ("0 0 * * 0", day + 16 * hour),
            ("0 0 * * 7", day + 16 * hour), ("0 8 * * 1-5", 3 * day), ("0 0 1 * *", 16 * day + 16 * hour),
            ("0 8 31 * *", 16 * day), ("0 8 31 4-6 *", 136 * day), ("0 8 1 1 *", 351 * day),
            // The first of both that comes: Saturday, and the 20th.
            ("0 8 20 * 6", day), ("0 8 16 * 3", day),
            // 2028-02-29.
            ("0 8 29 2 *", 410 * day),
        ] as [(String, UInt64)]
    )
    func `a schedule's next time`(text: String, delay: UInt64) throws {
        let schedule = try #require(CronSchedule(text))
        #expect(schedule.next(after: Self.friday).map { $0 - Self.friday } == delay)
    }

    @Test func `a time within a minute is before the next minute`() throws {
        let schedule = try #require(CronSchedule("* * * * *"))
        #expect(schedule.next(after: Self.friday + 1) == Self.friday + Self.minute)
        #expect(schedule.next(after: Self.friday + Self.minute - 1) == Self.friday + Self.minute)
        #expect(schedule.next(after: Self.friday + Self.minute) == Self.friday + 2 * Self.minute)
    }

    @Test(
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
            "* * * * 8", "a * * * *", "-1 * * * *", "5-2 * * * *", "*/0 * * * *", "5/2 * * * *", ", * * * *",
            "1, * * * *", "0 0 30 2 *", "0 0 31 2,4,6 *", "99999999999999999999 * * * *",
        ]
    )
    func `what is no schedule, or never comes, is none`(text: String) {
        #expect(CronSchedule(text) == nil)
    }
}
