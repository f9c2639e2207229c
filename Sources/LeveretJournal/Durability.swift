/// When a commit counts as done.
package enum Durability: Sendable, Hashable {
    /// When the disk has it: a committed batch survives the loss of power.
    case full
    /// When the operating system has it: a committed batch survives the death of the process. The loss of power
    /// may cost the last batches, never the consistency of what is left.
    case normal
    /// When the operating system has it, and nothing is ever forced to the disk: the loss of power may cost the
    /// whole journal.
    case off

    var synchronousPragma: String {
        switch self {
        case .full: "FULL"
        case .normal: "NORMAL"
        case .off: "OFF"
        }
    }
}
