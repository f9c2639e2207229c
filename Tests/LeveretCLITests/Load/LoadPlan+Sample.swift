@testable import LeveretCLI

extension LoadPlan {
    static func sample(
        producers: Int = 1,
        consumers: Int = 1,
        queues: Int = 1,
        sizes: [Int] = [16],
        priorities: Int = 1,
        route: Route = .queueName,
        persistent: Bool = false,
        limit: Limit = .messages(10),
        rate: Double? = nil,
        keepsQueues: Bool = false
    ) -> LoadPlan {
        LoadPlan(
            target: LoadTarget(host: "127.0.0.1", port: 5672, user: "guest", password: "guest", virtualHost: "/"),
            queue: "orders",
            queues: queues,
            producers: producers,
            consumers: consumers,
            sizes: sizes,
            persistent: persistent,
            priorities: priorities,
            route: route,
            limit: limit,
            rate: rate,
            keepsQueues: keepsQueues
        )
    }
}
