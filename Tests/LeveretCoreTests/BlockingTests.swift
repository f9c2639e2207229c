import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// When publishers are told to wait, and when no longer.
@Suite struct BlockingTests {
    @Test(arguments: Resource.allCases)
    func `an alarm blocks every session, and its end unblocks it`(resource: Resource) throws {
        let core = try CoreHarness()
        _ = try core.open(session: 2)
        let raised = try core.apply(.resourceAlarm(resource, isRaised: true))
        #expect(raised.script == ["block", "block"])
        #expect(raised.blockReasons == ["low on \(resource.rawValue)", "low on \(resource.rawValue)"])
        #expect(try core.apply(.resourceAlarm(resource, isRaised: true)).isEmpty)
        #expect(try core.apply(.resourceAlarm(resource, isRaised: false)).script == ["unblock", "unblock"])
    }

    @Test func `publishers go on only when every reason is gone`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        #expect(try core.apply(.resourceAlarm(.disk, isRaised: true)).script == ["block"])
        #expect(try core.apply(.resourceAlarm(.memory, isRaised: true)).isEmpty)
        #expect(try core.apply(.journalStalled(reason: "the disk is full")).isEmpty)
        #expect(try core.apply(.resourceAlarm(.disk, isRaised: false)).isEmpty)
        try core.declare("q", .durable)
        #expect(try !core.commit().script.contains("unblock"))
        #expect(try core.apply(.resourceAlarm(.memory, isRaised: false)).script == ["unblock"])
    }

    @Test func `the reason names everything that is short`() throws {
        let core = try CoreHarness()
        try core.apply(.resourceAlarm(.disk, isRaised: true))
        try core.apply(.resourceAlarm(.memory, isRaised: true))
        try core.apply(.journalStalled(reason: "the disk is full"))
        let other = SessionID(rawValue: 2)
        let entered = try core.apply(.openSession(other, SessionOptions(user: "guest", virtualHost: "/")))
        #expect(entered.script == ["session opened", "block"])
        #expect(entered.blockReasons == ["the disk is full; low on memory & disk"])
    }

    @Test func `a session is concerned at once if it waits for a confirm`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        try core.declare("q", .durable)
        try core.commit()
        let waiting = try core.open(session: 2)
        try core.selectConfirms(on: waiting)
        try core.publish("a", key: "q", persistent: true, on: waiting)
        let blocks = try core.apply(.journalStalled(reason: "the disk is full")).blockedSessions
        #expect(blocks == [.init(session: 1, awaitsAnswers: false), .init(session: 2, awaitsAnswers: true)])
    }

    @Test func `a session whose confirms have come is not concerned`() throws {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.selectConfirms()
        try core.publish("a", key: "q", persistent: true)
        let blocks = try core.apply(.resourceAlarm(.memory, isRaised: true)).blockedSessions
        #expect(blocks == [.init(session: 1, awaitsAnswers: false)])
    }

    @Test func `what is published in spite of an alarm is kept and delivered`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.apply(.resourceAlarm(.memory, isRaised: true))
        try core.publish("a", "b", key: "q")
        #expect(try core.drain("q") == ["a", "b"])
    }
}

private struct BlockedSession: Equatable {
    var session: UInt64
    var awaitsAnswers: Bool
}

extension [Observation] {
    fileprivate var blockReasons: [String] {
        compactMap { if case .block(_, let reason, _) = $0 { reason } else { nil } }
    }

    fileprivate var blockedSessions: [BlockedSession] {
        compactMap {
            guard case .block(let session, _, let awaitsAnswers) = $0 else { return nil }
            return BlockedSession(session: session.rawValue, awaitsAnswers: awaitsAnswers)
        }
    }
}
