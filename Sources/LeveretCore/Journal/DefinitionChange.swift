/// One change of a definition. Deleting a virtual host, exchange or queue deletes its bindings by changes of
/// their own; the journal does not cascade.
package enum DefinitionChange: Sendable, Hashable {
    case putVirtualHost(VirtualHostDefinition)
    case deleteVirtualHost(name: String)
    case putExchange(ExchangeDefinition)
    case deleteExchange(virtualHost: String, name: String)
    case putQueue(QueueDefinition)
    case deleteQueue(QueueID)
    case pauseQueue(QueueID)
    case resumeQueue(QueueID)
    case putBinding(BindingDefinition)
    case deleteBinding(BindingDefinition)
    case putUser(UserDefinition)
    case deleteUser(name: String)
    case putPermission(PermissionDefinition)
    case deletePermission(user: String, virtualHost: String)
    case putTopicPermission(TopicPermissionDefinition)
    case deleteTopicPermission(user: String, virtualHost: String, exchange: String)
    case putPolicy(PolicyDefinition)
    case deletePolicy(virtualHost: String, name: String)
}
