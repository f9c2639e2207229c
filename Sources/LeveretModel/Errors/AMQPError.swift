/// An error as AMQP reports it: a reply code, a text and the method that failed.
public struct AMQPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reply code.
    public var code: ReplyCode
    /// The reply text, beginning with the code's name: `NOT_FOUND - no queue 'q' in vhost '/'`.
    public var text: String
    /// The method that failed, if the error answers one.
    public var method: MethodID?
    /// What the error closes. A soft code closes the connection if there was no channel to close.
    public var scope: ReplyCode.Scope

    /// Makes an error of a text that is complete.
    public init(code: ReplyCode, text: String, method: MethodID? = nil, scope: ReplyCode.Scope? = nil) {
        self.code = code
        self.text = text
        self.method = method
        self.scope = scope ?? code.scope
    }

    /// Makes an error whose text is the code's name, a dash and the explanation.
    public init(_ code: ReplyCode, _ explanation: String, method: MethodID? = nil) {
        self.init(code: code, text: "\(code.name) - \(explanation)", method: method)
    }

    /// The code and the text.
    public var description: String { "\(code.rawValue) \(text)" }

    /// The text cut to the 255 bytes that a reply text may have, never inside a character.
    public var shortText: String {
        guard text.utf8.count > 255 else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: 255)
        while String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
