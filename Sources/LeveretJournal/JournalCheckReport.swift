/// What the check of a data directory found.
package struct JournalCheckReport: Sendable, Hashable {
    /// What is wrong, one line each; empty if the journal is sound.
    package var problems: [String] = []
    package var formatVersion = 0
    package var virtualHosts = 0
    package var exchanges = 0
    package var queues = 0
    package var bindings = 0
    package var users = 0
    package var permissions = 0
    package var topicPermissions = 0
    package var policies = 0
    package var segments = 0
    /// The bytes of messages in all segments.
    package var contentBytes = 0
    /// The bytes of the segments' indexes.
    package var indexBytes = 0
    package var settlements = 0
    /// Rows of updates of messages.
    package var updates = 0
    /// Messages that deduplication remembers.
    package var deduplications = 0
    package var deliveryMarks = 0
    /// The sizes of the database file, of its write-ahead log, and of the content files together, in bytes.
    package var databaseBytes = 0
    package var logBytes = 0
    package var contentFileBytes = 0

    /// Whether nothing is wrong.
    package var isSound: Bool { problems.isEmpty }
}
