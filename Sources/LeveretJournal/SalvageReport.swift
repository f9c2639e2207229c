/// What was copied out of a damaged journal, and what was not.
package struct SalvageReport: Sendable, Hashable {
    /// Messages of one queue whose content cannot be read.
    package struct LostMessages: Sendable, Hashable {
        /// The queue's number in the journal.
        package var number: UInt64
        /// Nil if the queue's definition is lost too.
        package var virtualHost: String?
        package var name: String?
        package var count: Int
    }

    package var virtualHosts = 0
    package var exchanges = 0
    package var queues = 0
    package var bindings = 0
    package var users = 0
    package var permissions = 0
    package var segments = 0
    package var contentBytes = 0
    /// What is lost, one line each: where, and what follows from it.
    package var losses: [String] = []
    /// What is known of the messages that are lost, by queue.
    package var lostMessages: [LostMessages] = []

    /// Whether everything was copied.
    package var isComplete: Bool { losses.isEmpty }
}
