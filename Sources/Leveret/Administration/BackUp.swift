/// Copies the broker's data into a new directory on the broker's machine.
package struct BackUp: OperatorRequest {
    package static let command = "back_up"

    /// The directory's absolute path.
    package var directory: String

    package init(directory: String) { self.directory = directory }

    package func perform(on broker: Broker) async throws -> Done {
        guard directory.hasPrefix("/") else {
            throw BrokerError(.dataDirectory, "no backup: '\(directory)' is not an absolute path")
        }
        try await broker.backup(to: directory)
        return Done()
    }
}
