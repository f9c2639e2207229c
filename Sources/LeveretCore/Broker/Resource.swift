/// What the machine may run short of; then publishers have to wait (RabbitMQ's resource alarms).
package enum Resource: String, Sendable, Hashable, CaseIterable {
    case memory
    case disk
}
