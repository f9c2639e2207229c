package import LeveretModel

/// A peer broke the rules of the byte grammar, or a value cannot be put into it.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    package var code: ReplyCode
    /// What is wrong, without the code's name.
    package var explanation: String
    /// The method that is to blame, if there is one.
    package var method: MethodID?

    package init(_ code: ReplyCode, _ explanation: String, method: MethodID? = nil) {
        self.code = code
        self.explanation = explanation
        self.method = method
    }

    /// Bytes that could not be read: text that is not UTF-8 is a frame error, anything else a syntax error.
    package init(_ error: EncodingError, method: MethodID? = nil) {
        self.init(error.problem == .notText ? .frameError : .syntaxError, error.text, method: method)
    }

    package var description: String { "\(code.rawValue) \(code.name) - \(explanation)" }
}

extension AMQPError {
    /// The error as it is reported to the peer.
    package init(_ error: WireError) {
        self.init(error.code, error.explanation, method: error.method)
    }
}
