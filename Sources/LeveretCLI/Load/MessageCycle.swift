/// What differs between the messages of one producer: each is like the one `length` before it.
struct MessageCycle: Sendable, Hashable {
    /// The queues that messages go to in turn; empty where an exchange decides.
    let queues: [Int]
    let sizes: [Int]
    let priorities: Int
    /// How many routing keys messages take in turn; at least 1.
    let routingKeys: Int
    /// After so many messages all repeats; at least 1.
    let length: Int

    init(queues: [Int], sizes: [Int], priorities: Int, routingKeys: Int = 1) {
        self.queues = queues
        self.sizes = sizes
        self.priorities = priorities
        self.routingKeys = routingKeys
        length = [max(queues.count, 1), sizes.count, priorities, routingKeys].reduce(1, Self.leastCommonMultiple)
    }

    func queue(of number: Int) -> Int? { queues.isEmpty ? nil : queues[number % queues.count] }

    func size(of number: Int) -> Int { sizes[number % sizes.count] }

    func priority(of number: Int) -> UInt8? {
        priorities > 1 ? UInt8(truncatingIfNeeded: number % priorities) : nil
    }

    func routingKey(of number: Int) -> Int { number % routingKeys }

    private static func leastCommonMultiple(_ first: Int, _ second: Int) -> Int {
        var (larger, smaller) = (first, second)
        while smaller > 0 { (larger, smaller) = (smaller, larger % smaller) }
        return first / larger * second
    }
}
