/// What several runs at a time measured.
struct MixResult {
    let results: [LoadResult]
    /// What all of them together cost the broker, the making of queues and connections included.
    let broker: LoadResult.BrokerShare?

    var isSound: Bool { results.allSatisfy(\.isSound) }
    var messages: UInt64 { results.reduce(0) { $0 + $1.messages } }
}
