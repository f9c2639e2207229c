package import LeveretModel

/// What operators see of an exchange.
package struct ExchangeReport: Sendable, Hashable {
    package var virtualHost: String
    package var name: String
    package var type: ExchangeType
    package var options: ExchangeOptions
}

/// What operators see of a binding. The default exchange has one for each queue, which nobody made.
package struct BindingReport: Sendable, Hashable {
    package var virtualHost: String
    package var source: String
    package var destination: String
    package var destinationKind: BindingDefinition.DestinationKind
    package var routingKey: String
    package var arguments: FieldTable
}

extension BrokerCore {
    /// The virtual hosts' names, in order.
    package var virtualHostNames: [String] { virtualHostsInOrder.map(\.name) }

    /// The exchanges of a virtual host, by name.
    package func exchangeReports(in virtualHost: String) -> [ExchangeReport] {
        guard let virtualHost = virtualHosts[virtualHost] else { return [] }
        return virtualHost.exchangesInOrder.map {
            ExchangeReport(virtualHost: virtualHost.name, name: $0.name, type: $0.type, options: $0.options)
        }
    }

    /// The bindings of a virtual host: those of the default exchange first, then by source in the order in which
    /// they were made.
    package func bindingReports(in virtualHost: String) -> [BindingReport] {
        guard let virtualHost = virtualHosts[virtualHost] else { return [] }
        let implicit = virtualHost.queuesInOrder.map { queue in
            BindingReport(
                virtualHost: virtualHost.name,
                source: "",
                destination: queue.name,
                destinationKind: .queue,
                routingKey: queue.name,
                arguments: [:]
            )
        }
        return implicit + virtualHost.exchangesInOrder.flatMap { $0.bindingsInOrder.map { $0.report(in: virtualHost) } }
    }
}

extension Binding {
    fileprivate func report(in virtualHost: VirtualHost) -> BindingReport {
        BindingReport(
            virtualHost: virtualHost.name,
            source: source.name,
            destination: identity.destination,
            destinationKind: identity.kind,
            routingKey: routingKey,
            arguments: arguments
        )
    }
}
