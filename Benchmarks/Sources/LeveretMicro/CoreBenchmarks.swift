import BenchmarkCore
import LeveretCore
import LeveretModel

/// The core alone, on its hot paths and with exchanges of different sizes.
enum CoreBenchmarks {
    private static let count = 1000

    static var all: [Benchmark] {
        paths
            + [
                routing("the same queue again", exchange: "", "", keys: ["orders"]) { _ in },
                routing("direct, 100 keys in turn", exchange: "routed", "direct", keys: (0..<100).map { "key-\($0)" }) {
                    core in
                    for number in 0..<100 { core.bind("orders", to: "routed", key: "key-\(number)") }
                },
                topic(bindings: 1), topic(bindings: 100), topic(bindings: 10_000), headers(bindings: 100),
            ]
    }

    /// Queues do not grow: where nobody consumes a path begins anew after a while.
    private static var paths: [Benchmark] {
        HotPath.allCases.map { path in
            Benchmark("core", path.rawValue) {
                var walk = try HotPathWalk(path)
                var steps = 0
                return {
                    steps += 1
                    if steps.isMultiple(of: 1000) { walk = try HotPathWalk(path) }
                    try walk.step()
                    return HotPath.runLength
                }
            }
        }
    }

    /// Messages through an exchange to one queue and its consumer.
    private static func routing(
        _ name: String,
        exchange: String,
        _ type: String,
        keys: [String],
        properties: [UInt8] = PublishRun.plain,
        _ bind: @escaping (BenchmarkCore) -> Void
    ) -> Benchmark {
        Benchmark("routing", name) {
            let core = try BenchmarkCore()
            try core.declareQueue("orders")
            if !exchange.isEmpty { core.declareExchange(exchange, type) }
            bind(core)
            core.consume("orders", noAcknowledge: true)
            let run = try PublishRun(exchange: exchange, keys: keys, size: 16, count: count, properties: properties)
            return {
                let before = core.counts.deliveries
                core.publish(run)
                precondition(core.counts.deliveries - before == UInt64(count), "each message goes to one queue")
                return count
            }
        }
    }

    private static func topic(bindings: Int) -> Benchmark {
        let keys = (0..<100).map { number in
            let binding = number * 7919 % bindings
            return "region-\(binding / 100).item-\(binding % 100).created"
        }
        return routing("topic, \(bindings) bindings, 100 keys in turn", exchange: "routed", "topic", keys: keys) {
            core in
            for number in 0..<bindings {
                core.bind("orders", to: "routed", key: "region-\(number / 100).item-\(number % 100).*")
            }
        }
    }

    private static func headers(bindings: Int) -> Benchmark {
        var message = BasicProperties()
        message.headers = ["kind": .int64(7)]
        var properties: [UInt8] = []
        do {
            try message.encode(into: &properties)
        } catch {
            preconditionFailure("a table of one number can be encoded: \(error)")
        }
        let name = "headers, \(bindings) bindings"
        return routing(name, exchange: "routed", "headers", keys: [""], properties: properties) { core in
            for number in 0..<bindings {
                core.bind("orders", to: "routed", ["x-match": .string("all"), "kind": .int64(Int64(number))])
            }
        }
    }
}
