/// Times in the five fields of cron: minute, hour, day of the month, month, day of the week, in UTC.
///
/// A field is `*`, a number, a range `1-5`, either of these with a step (`*/15`, `10-40/10`), or several of them with
/// commas. Sunday is 0 or 7. If both days are restricted, a day that fits one of them will do, as cron has it.
package struct CronSchedule: Sendable, Hashable {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let restrictsDays: Bool
    private let restrictsWeekdays: Bool

    /// A day that comes at all, such as a Monday the 29th of February, comes within so many days.
    private static let longestSearch = 366 * 41

    /// `nil` if the text is no schedule, or one that never comes.
    package init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: true)
        guard text.utf8.count <= 255, fields.count == 5, let minutes = Self.values(fields[0], 0...59),
            let hours = Self.values(fields[1], 0...23), let days = Self.values(fields[2], 1...31),
            let months = Self.values(fields[3], 1...12), let weekdays = Self.values(fields[4], 0...7)
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        restrictsDays = !fields[2].hasPrefix("*")
        restrictsWeekdays = !fields[4].hasPrefix("*")
        guard next(after: 0) != nil else { return nil }
    }

    private static func values(_ field: Substring, _ range: ClosedRange<Int>) -> Set<Int>? {
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            guard let more = single(part, range) else { return nil }
            values.formUnion(more)
        }
        return values
    }

    private static func single(_ part: Substring, _ range: ClosedRange<Int>) -> [Int]? {
        let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let span = pieces.first, let bounds = bounds(span, range) else { return nil }
        guard pieces.count == 2 else { return Array(bounds) }
        guard bounds.count > 1, let step = number(pieces[1]), step > 0 else { return nil }
        return Array(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
    }

    private static func bounds(_ span: Substring, _ range: ClosedRange<Int>) -> ClosedRange<Int>? {
        if span == "*" { return range }
        let ends = span.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(number)
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, range.contains(first),
            range.contains(last)
        else { return nil }
        return first...last
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } && text.utf8.count <= 4 ? Int(text) : nil
    }

    /// The first time after this one, both in milliseconds since 1970.
    package func next(after time: UInt64) -> UInt64? {
        let minute = Int(clamping: time / 60_000) + 1
        let today = minute / 1_440
        for day in today...(today + Self.longestSearch) where contains(CalendarDay(daysSince1970: day)) {
            let earliest = day == today ? minute % 1_440 : 0
            guard let found = firstMinute(from: earliest) else { continue }
            return UInt64(day * 1_440 + found) * 60_000
        }
        return nil
    }

    /// The first minute of a day that fits, counted from its beginning.
    private func firstMinute(from earliest: Int) -> Int? {
        (earliest..<1_440).first { hours.contains($0 / 60) && minutes.contains($0 % 60) }
    }

    private func contains(_ day: CalendarDay) -> Bool {
        guard months.contains(day.month) else { return false }
        guard restrictsDays, restrictsWeekdays else {
            return days.contains(day.day) && weekdays.contains(day.weekday)
        }
        return days.contains(day.day) || weekdays.contains(day.weekday)
    }
}

/// A day of the Gregorian calendar.
private struct CalendarDay {
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int
    /// Sunday is 0.
    let weekday: Int

    /// Counts in years that begin in March, so that the day that some years have more comes last.
    init(daysSince1970 days: Int) {
        let daysInEra = 146_097
        let fromMarch = days + 719_468
        let dayOfEra = fromMarch % daysInEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        // 1970 began on a Thursday.
        weekday = (days + 4) % 7
    }
}
