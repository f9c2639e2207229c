/// All bindings, whatever the key.
final class FanoutRouter: Router {
    private var bindings: [Binding] = []

    var dependsOnKeyOnly: Bool { true }

    func add(_ binding: Binding) { bindings.append(binding) }

    func remove(_ binding: Binding) { bindings.removeInOrder(binding) }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) { bindings.forEach(match) }
}
