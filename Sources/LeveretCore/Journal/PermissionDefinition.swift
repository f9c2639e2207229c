/// A user's rights in a virtual host, as the journal keeps them: three regular expressions over names.
package struct PermissionDefinition: Sendable, Hashable {
    package var user: String
    package var virtualHost: String
    package var configure: String
    package var write: String
    package var read: String

    package init(user: String, virtualHost: String, configure: String, write: String, read: String) {
        self.user = user
        self.virtualHost = virtualHost
        self.configure = configure
        self.write = write
        self.read = read
    }
}

/// What a user may publish to a topic exchange and bind to it, as the journal keeps it: two regular expressions over
/// routing keys and binding keys. `{username}` and `{vhost}` in them stand for the names of the two.
package struct TopicPermissionDefinition: Sendable, Hashable {
    package var user: String
    package var virtualHost: String
    package var exchange: String
    package var write: String
    package var read: String

    package init(user: String, virtualHost: String, exchange: String, write: String, read: String) {
        self.user = user
        self.virtualHost = virtualHost
        self.exchange = exchange
        self.write = write
        self.read = read
    }
}
