/// What the process tells the shell. Scripts may rely on the numbers.
enum ExitStatus: Int32, CaseIterable {
    /// Everything was done.
    case success = 0
    /// The command ran and did not do all that was asked: an empty queue, a lost message, a file that cannot be read.
    case failed = 1
    /// The command line, the environment or the configuration file is not right.
    case usage = 2
    /// The broker cannot be reached, the connection was lost, or the address cannot be listened on.
    case unreachable = 3
    /// The broker was reached and said no.
    case refused = 4
    /// The data directory is in use, damaged, written by a newer version, or not accessible.
    case dataDirectory = 5
}

extension ExitStatus {
    /// The meaning in a few words, for the help text.
    var meaning: String {
        switch self {
        case .success: "everything was done"
        case .failed: "the command ran and failed, or found nothing"
        case .usage: "the command line, environment or configuration file is not right"
        case .unreachable: "the broker cannot be reached, or the address cannot be listened on"
        case .refused: "the broker said no; the message names its reply code"
        case .dataDirectory: "the data directory is in use, damaged, too new or not accessible"
        }
    }

    /// All of them, one a line.
    static var table: String {
        allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
    }
}
