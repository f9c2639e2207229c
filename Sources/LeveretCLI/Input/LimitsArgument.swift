import FoundationEssentials

/// Limits as rabbitmqctl takes them: a JSON object of numbers, such as `{"max-queues": 100}`.
enum LimitsArgument {
    static func parse(_ text: String, keys: [String]) throws -> [String: Int] {
        guard let limits = try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8)) else {
            throw CommandFailure(.usage, #"the limits are not a JSON object of whole numbers, as {"\#(keys[0])": 100}"#)
        }
        for key in limits.keys.sorted() where !keys.contains(key) {
            let known = keys.joined(separator: ", ")
            throw CommandFailure(.usage, "'\(key)' is not a limit; there are \(known)")
        }
        return limits
    }
}
