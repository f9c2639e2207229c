import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct SessionTests {
    @Test func `a session needs a virtual host and the right to enter it`() throws {
        let core = try CoreHarness()
        core.host.defineUser("other", configure: "", write: "", read: "")
        for (user, host) in [("guest", "nowhere"), ("unknown", "/")] {
            let id = SessionID(rawValue: 50)
            let effects = try core.apply(.openSession(id, SessionOptions(user: user, virtualHost: host)))
            #expect(effects.connectionError?.code == .notAllowed)
            #expect(effects.connectionError?.method == .connectionOpen)
        }
        #expect(
            try core.apply(
                .openSession(SessionID(rawValue: 51), SessionOptions(user: "other", virtualHost: "/"))
            ).script == ["session opened"]
        )
    }

    @Test func `an operator may close a session`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let other = try core.open(session: 2)
        try core.publish("a", key: "q")
        try core.get("q", on: other)
        let error = try core.apply(.forceClose(other.session, reason: "maintenance")).connectionError
        #expect(error?.code == .connectionForced)
        #expect(error?.text.contains("maintenance") == true)
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `commands for what is closed are dropped`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let other = try core.open(session: 2)
        try core.publish("a", "b", key: "q")
        try core.get("q", on: other)
        try core.apply(.closeSession(other.session))
        #expect(try core.ack(1, on: other).script == [])
        #expect(try core.publish("c", key: "q", on: other).script == [])
        #expect(try core.get("q", on: other).script == [])
        #expect(try core.apply(.sessionDrained(other.session, bytes: 10)).script == [])
        try core.publish("x", to: "gone", key: "")
        #expect(try core.ack(7).script == [])
        let again = try core.open(channel: 1)
        #expect(try core.drain("q", on: again) == ["a", "b"])
    }

    @Test func `flow may be asked for but not stopped`() throws {
        let core = try CoreHarness()
        #expect(try core.perform(.flow(active: true)).replies == [.flowSet(active: true)])
        let error = try core.perform(.flow(active: false)).connectionError
        #expect(error?.code == .notImplemented)
        #expect(error?.method == .channelFlow)
    }

    @Test func `a method that waits for no answer gets none, but its exception`() throws {
        let core = try CoreHarness()
        let declare = DeclareQueue(name: "q", passive: false, options: .durable, noWait: true)
        #expect(try core.perform(.declareQueue(declare)).script == [])
        #expect(try core.declare("q", passive: true).channelError == nil)
        let passive = DeclareQueue(name: "gone", passive: true, options: .durable, noWait: true)
        #expect(try core.perform(.declareQueue(passive)).channelError?.code == .notFound)
    }
}

@Suite struct PermissionTests {
    private func core(configure: String, write: String, read: String) throws -> (CoreHarness, ChannelID) {
        let core = try CoreHarness()
        core.host.defineUser("limited", configure: configure, write: write, read: read)
        for name in ["mine.q", "other.q"] { try core.declare(name) }
        for name in ["mine.x", "other.x"] { try core.declareExchange(name, "fanout") }
        return (core, try core.open(session: 2, user: "limited"))
    }

    @Test func `each method needs its right`() throws {
        let attempts: [(CoreHarness, ChannelID, String) throws -> [Observation]] = [
            { try $0.declare("\($2).new", on: $1) },
            { try $0.declareExchange("\($2).newx", "fanout", on: $1) },
            { try $0.bind("\($2).q", to: "mine.x", on: $1) },
            { try $0.bind("mine.q", to: "\($2).x", on: $1) },
            { try $0.unbind("\($2).q", from: "mine.x", on: $1) },
            { try $0.publish("a", to: "\($2).x", key: "", on: $1) },
            { try $0.get("\($2).q", on: $1) },
            { try $0.consume("\($2).q", on: $1) },
            { try $0.perform(.purgeQueue(name: "\($2).q", noWait: false), on: $1) },
            { try $0.deleteQueue("\($2).q", on: $1) },
            { try $0.perform(.deleteExchange(name: "\($2).x", ifUnused: false, noWait: false), on: $1) },
        ]
        for (number, attempt) in attempts.enumerated() {
            let (core, channel) = try core(configure: "^mine\\.", write: "^mine\\.", read: "^mine\\.")
            #expect(try attempt(core, channel, "mine").channelError == nil, "attempt \(number)")
            let error = try attempt(core, channel, "other").channelError
            #expect(error?.code == .accessRefused, "attempt \(number)")
            #expect(error?.text.hasPrefix("ACCESS_REFUSED - ") == true, "attempt \(number)")
        }
    }

    @Test func `the rights are not confused with each other`() throws {
        let (configuring, first) = try core(configure: ".*", write: "", read: "")
        #expect(try configuring.declare("new", on: first).declaredName == "new")
        #expect(try configuring.bind("new", to: "mine.x", on: first).channelError?.code == .accessRefused)
        let (writing, second) = try core(configure: "", write: ".*", read: "")
        #expect(try writing.publish("a", to: "mine.x", key: "", on: second).channelError == nil)
        #expect(try writing.get("mine.q", on: second).channelError?.code == .accessRefused)
        let (reading, third) = try core(configure: "", write: "", read: ".*")
        #expect(try reading.get("mine.q", on: third).channelError == nil)
        #expect(try reading.publish("a", to: "mine.x", key: "", on: third).channelError?.code == .accessRefused)
    }

    @Test func `publishing to the default exchange needs the right to write to it`() throws {
        let (denied, first) = try core(configure: "", write: "^mine", read: "")
        #expect(try denied.publish("a", key: "mine.q", on: first).channelError?.code == .accessRefused)
        let (allowed, second) = try core(configure: "", write: "^(amq\\.default)?$", read: "")
        #expect(try allowed.publish("a", key: "mine.q", on: second).channelError == nil)
    }

    @Test func `an empty pattern grants nothing, and patterns are searched for, not anchored`() throws {
        let (none, first) = try core(configure: "^$", write: "", read: "")
        #expect(try none.declare("mine.new", on: first).channelError?.code == .accessRefused)
        let (middle, second) = try core(configure: "ine", write: "", read: "")
        #expect(try middle.declare("mine.new", on: second).declaredName == "mine.new")
    }
}
