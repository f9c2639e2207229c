/// A reply code of AMQP 0-9-1, with RabbitMQ's names.
public struct ReplyCode: Sendable, Hashable {
    /// The number that travels.
    public var rawValue: UInt16

    /// Keeps any number, as a peer may send codes that are not listed here.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// 200: the normal end of a connection or channel.
    public static let success = ReplyCode(rawValue: 200)
    /// 311: the content is too large for the peer.
    public static let contentTooLarge = ReplyCode(rawValue: 311)
    /// 312: a mandatory message could not be routed.
    public static let noRoute = ReplyCode(rawValue: 312)
    /// 313: an immediate message found no consumer.
    public static let noConsumers = ReplyCode(rawValue: 313)
    /// 320: an operator closed the connection.
    public static let connectionForced = ReplyCode(rawValue: 320)
    /// 402: the virtual host path is not valid.
    public static let invalidPath = ReplyCode(rawValue: 402)
    /// 403: the user lacks a right.
    public static let accessRefused = ReplyCode(rawValue: 403)
    /// 404: there is no such object.
    public static let notFound = ReplyCode(rawValue: 404)
    /// 405: another connection owns the object.
    public static let resourceLocked = ReplyCode(rawValue: 405)
    /// 406: the request does not fit what exists.
    public static let preconditionFailed = ReplyCode(rawValue: 406)
    /// 501: the bytes are not a frame.
    public static let frameError = ReplyCode(rawValue: 501)
    /// 502: the frame's content is malformed.
    public static let syntaxError = ReplyCode(rawValue: 502)
    /// 503: the method is not valid here.
    public static let commandInvalid = ReplyCode(rawValue: 503)
    /// 504: the channel is in the wrong state.
    public static let channelError = ReplyCode(rawValue: 504)
    /// 505: a frame came out of order.
    public static let unexpectedFrame = ReplyCode(rawValue: 505)
    /// 506: a limit was reached.
    public static let resourceError = ReplyCode(rawValue: 506)
    /// 530: the request is not allowed.
    public static let notAllowed = ReplyCode(rawValue: 530)
    /// 540: the request is not supported.
    public static let notImplemented = ReplyCode(rawValue: 540)
    /// 541: the broker failed.
    public static let internalError = ReplyCode(rawValue: 541)
}

extension ReplyCode {
    /// What an error closes.
    public enum Scope: Sendable, Hashable {
        /// The channel only; the connection stays usable.
        case channel
        /// The whole connection.
        case connection
    }

    /// Soft codes close the channel, all others the connection.
    public var scope: Scope {
        switch rawValue {
        case 311, 312, 313, 403, 404, 405, 406: .channel
        default: .connection
        }
    }

    /// The name with which RabbitMQ begins its reply texts, such as `NOT_FOUND`.
    public var name: String {
        switch rawValue {
        case 200: "REPLY_SUCCESS"
        case 311: "CONTENT_TOO_LARGE"
        case 312: "NO_ROUTE"
        case 313: "NO_CONSUMERS"
        case 320: "CONNECTION_FORCED"
        case 402: "INVALID_PATH"
        case 403: "ACCESS_REFUSED"
        case 404: "NOT_FOUND"
        case 405: "RESOURCE_LOCKED"
        case 406: "PRECONDITION_FAILED"
        case 501: "FRAME_ERROR"
        case 502: "SYNTAX_ERROR"
        case 503: "COMMAND_INVALID"
        case 504: "CHANNEL_ERROR"
        case 505: "UNEXPECTED_FRAME"
        case 506: "RESOURCE_ERROR"
        case 530: "NOT_ALLOWED"
        case 540: "NOT_IMPLEMENTED"
        case 541: "INTERNAL_ERROR"
        default: "CODE_\(rawValue)"
        }
    }
}
