import Leveret
import LeveretClient
import LeveretModel
import LeveretOutbox
import LeveretServer

/// From an error to what the shell and the person at it are told.
enum ErrorTranslation {
    /// `nil` for errors of the command line, which the argument parser words.
    static func failure(for error: any Error) -> CommandFailure? {
        switch error {
        case let failure as CommandFailure: failure
        case let failure as LoadFailure: loadFailure(failure)
        case let error as AMQPError: refusal(error)
        case let error as ConnectionError: CommandFailure(status(of: error), oneLine(error.description))
        case let error as ConnectionStringError: CommandFailure(.usage, oneLine(error.description))
        case let error as PublishError: CommandFailure(.refused, oneLine(error.description))
        case let error as ChannelClosedError: CommandFailure(.unreachable, oneLine(error.description))
        case let error as SystemError: CommandFailure(.failed, oneLine(error.description))
        case let error as BrokerError:
            CommandFailure(error.code == .shutDown ? .failed : .dataDirectory, oneLine(error.description))
        case let error as ServerError: CommandFailure(.unreachable, oneLine(error.description))
        case let error as OutboxError: CommandFailure(.failed, oneLine(error.description))
        case is CancellationError: CommandFailure(.failed, "interrupted")
        default: nil
        }
    }

    private static func status(of error: ConnectionError) -> ExitStatus {
        switch error.code {
        case .invalidConfiguration: .usage
        case .loginRefused, .virtualHostRefused, .closedByBroker, .channelLimit: .refused
        default: .unreachable
        }
    }

    private static func refusal(_ error: AMQPError) -> CommandFailure {
        let advice: String? =
            switch error.code {
            case .notFound: "declare it first, or see `leveret declare --help`"
            case .preconditionFailed: "it exists with other options: use the same ones, or delete it first"
            case .resourceLocked: "another connection owns it"
            case .accessRefused: "the user lacks the right"
            default: nil
            }
        let text = "the broker refused it: \(error)"
        return CommandFailure(.refused, oneLine(advice.map { "\(text): \($0)" } ?? text))
    }

    private static func loadFailure(_ failure: LoadFailure) -> CommandFailure {
        switch failure {
        case .system(let error): CommandFailure(.unreachable, "\(error): is a broker running there?")
        case .refused(let error): refusal(error)
        case .disconnected: CommandFailure(.unreachable, failure.description)
        case .violation, .stalled, .tooMuch: CommandFailure(.failed, failure.description)
        }
    }

    /// What a broker or a file says may hold anything; a message of ours is one line.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
