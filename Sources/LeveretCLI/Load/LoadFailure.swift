import LeveretModel

/// Why a load run could not be completed.
enum LoadFailure: Error, Hashable, CustomStringConvertible {
    case system(SystemError)
    /// The broker closed the channel or the connection.
    case refused(AMQPError)
    /// The connection ended without a word.
    case disconnected
    /// The broker sent what it may not send.
    case violation(String)
    /// Nothing moved for so many seconds.
    case stalled(seconds: Int, what: String)
    /// The run would take more than the generator gives.
    case tooMuch(String)

    var description: String {
        switch self {
        case .system(let error): error.description
        case .refused(let error): error.description
        case .disconnected: "the broker closed the connection"
        case .violation(let text): "the broker broke the protocol: \(text)"
        case .stalled(let seconds, let what): "\(what) for \(seconds) seconds"
        case .tooMuch(let text): text
        }
    }
}
