/// A question or an order of an operator's to a running broker.
///
/// On the operator socket a request is one line of JSON: its own fields, and its name under `command`, such as
/// `{"command":"list_queues"}`. A new request is a type of its own, listed in `OperatorRequests.all`.
package protocol OperatorRequest: Codable, Sendable {
    /// What the broker answers.
    associatedtype Answer: Codable & Sendable

    /// The request's name on the socket.
    static var command: String { get }

    /// Does what is asked. What a change promises is on disk when this returns.
    ///
    /// - Throws: an error whose description says in one line why the request is refused.
    func perform(on broker: Broker) async throws -> Answer
}

/// The answer to an order that has nothing to tell.
package struct Done: Codable, Hashable, Sendable {
    package init() {}
}

/// The requests that a broker answers.
enum OperatorRequests {
    static let all: [any OperatorRequest.Type] = [
        ListQueues.self, GetStatus.self, QueueListing.self, ExchangeListing.self, BindingListing.self,
        ConnectionListing.self, ChannelListing.self, ConsumerListing.self, CloseConnection.self,
        CloseAllConnections.self, DeleteQueue.self, PurgeQueue.self, SetPaused.self, ListDelayed.self,
        CancelDelayed.self,
        SetMemoryWatermark.self, SetDiskFreeLimit.self,
        SetTracing.self, BackUp.self,
        ListVirtualHosts.self, AddVirtualHost.self, UpdateVirtualHost.self, DeleteVirtualHost.self,
        SetVirtualHostLimits.self,
        ListUsers.self, AddUser.self, DeleteUser.self, ChangePassword.self, AuthenticateUser.self, SetUserTags.self,
        UpdateUserLimits.self,
        ListPermissions.self, SetPermissions.self, ClearPermissions.self,
        ListTopicPermissions.self, SetTopicPermissions.self, ClearTopicPermissions.self,
        ListPolicies.self, SetPolicy.self, ClearPolicy.self,
    ]

    static func type(of command: String) -> (any OperatorRequest.Type)? {
        all.first { $0.command == command }
    }
}
