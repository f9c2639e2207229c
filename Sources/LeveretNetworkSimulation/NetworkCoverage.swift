/// How often simulations with a network came by the places that they exist for.
package struct NetworkCoverage: Sendable, Hashable {
    var feeds = 0
    var cutFrames = 0
    var splitBodies = 0
    var blockedWrites = 0
    var unreadClients = 0
    var publishings = 0
    var deliveries = 0
    var redeliveries = 0
    var gets = 0
    var confirms = 0
    var multipleConfirms = 0
    var returns = 0
    var recovers = 0
    var heartbeats = 0
    var missedHeartbeats = 0
    var blocks = 0
    var channelExceptions = 0
    var connectionExceptions = 0
    var farewells = 0
    var lostClients = 0
    var commits = 0
    var stalls = 0
    var failures = 0
    var crashes = 0
    var loads = 0
    var waits = 0
    var drainedMessages = 0

    package init() {}

    private static let names: [(name: String, count: any WritableKeyPath<NetworkCoverage, Int> & Sendable)] = [
        ("feeds", \.feeds), ("cutFrames", \.cutFrames), ("splitBodies", \.splitBodies),
        ("blockedWrites", \.blockedWrites), ("unreadClients", \.unreadClients), ("publishings", \.publishings),
        ("deliveries", \.deliveries), ("redeliveries", \.redeliveries), ("gets", \.gets), ("confirms", \.confirms),
        ("multipleConfirms", \.multipleConfirms), ("returns", \.returns), ("recovers", \.recovers),
        ("heartbeats", \.heartbeats), ("missedHeartbeats", \.missedHeartbeats), ("blocks", \.blocks),
        ("channelExceptions", \.channelExceptions), ("connectionExceptions", \.connectionExceptions),
        ("farewells", \.farewells), ("lostClients", \.lostClients), ("commits", \.commits), ("stalls", \.stalls),
        ("failures", \.failures), ("crashes", \.crashes), ("loads", \.loads), ("waits", \.waits),
        ("drainedMessages", \.drainedMessages),
    ]

    /// How often each place was come by.
    package var counts: [(name: String, count: Int)] { Self.names.map { ($0.name, self[keyPath: $0.count]) } }

    package static func + (left: NetworkCoverage, right: NetworkCoverage) -> NetworkCoverage {
        var sum = left
        for (_, count) in names { sum[keyPath: count] += right[keyPath: count] }
        return sum
    }
}
