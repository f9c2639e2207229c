/// The broker did not take responsibility for a published message.
public enum PublishError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A mandatory message matched no queue; the broker returned it.
    case unroutable(code: ReplyCode, text: String)
    /// The broker answered with basic.nack: it does not hold the message.
    case refused

    /// What happened, for people.
    public var description: String {
        switch self {
        case .unroutable(let code, let text): "the message was returned: \(code.rawValue) \(text)"
        case .refused: "the broker refused the message (basic.nack)"
        }
    }
}
