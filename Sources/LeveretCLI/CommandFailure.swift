/// Why a command ends: the exit status, and one line that says what, where, and what to do.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    var status: ExitStatus
    var text: String

    init(_ status: ExitStatus, _ text: String) {
        self.status = status
        self.text = text
    }

    var description: String { text }
}
