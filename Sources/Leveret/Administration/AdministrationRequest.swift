/// What an operator asks of a running broker. One request is one line of JSON, such as `{"command":"queues"}`.
package enum AdministrationRequest: Sendable, Hashable {
    /// The queues and their counts.
    case queues
    /// The broker as a whole.
    case status
}

extension AdministrationRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case command
    }

    private enum Command: String, Codable {
        case queues
        case status
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Command.self, forKey: .command) {
        case .queues: self = .queues
        case .status: self = .status
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .queues: try container.encode(Command.queues, forKey: .command)
        case .status: try container.encode(Command.status, forKey: .command)
        }
    }
}
