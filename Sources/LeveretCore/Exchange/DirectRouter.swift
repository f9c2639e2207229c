/// The bindings whose key equals a routing key.
final class DirectRouter: Router {
    private var bindings = NameTable<[Binding]>()

    var dependsOnKeyOnly: Bool { true }

    func add(_ binding: Binding) {
        bindings[binding.routingKey, default: []].append(binding)
    }

    func remove(_ binding: Binding) {
        bindings[binding.routingKey]?.removeInOrder(binding)
        if bindings[binding.routingKey]?.isEmpty ?? false { bindings[binding.routingKey] = nil }
    }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        for key in subject.keys { bindings[key]?.forEach(match) }
    }
}
