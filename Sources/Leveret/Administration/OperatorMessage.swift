/// A request as it goes over the operator socket: its fields, and its name beside them.
package struct OperatorMessage<Request: OperatorRequest>: Encodable {
    private let request: Request

    package init(_ request: Request) { self.request = request }

    package func encode(to encoder: any Encoder) throws {
        try request.encode(to: encoder)
        var container = encoder.container(keyedBy: OperatorMessageName.CodingKeys.self)
        try container.encode(Request.command, forKey: .command)
    }
}

/// The name in a message, by which the type of the request is found.
struct OperatorMessageName: Decodable {
    enum CodingKeys: String, CodingKey {
        case command
    }

    let command: String
}

/// An answer as it goes over the operator socket: one line of JSON.
package struct OperatorAnswer<Answer: Codable & Sendable>: Codable, Sendable {
    package var answer: Answer

    package init(_ answer: Answer) { self.answer = answer }
}

/// The answer to a request that was refused.
package struct OperatorRefusal: Error, Codable, Sendable, CustomStringConvertible {
    /// Why, in one line.
    package var error: String

    package init(_ error: String) { self.error = error }

    package var description: String { error }
}
