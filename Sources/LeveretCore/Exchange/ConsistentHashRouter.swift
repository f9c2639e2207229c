import LeveretModel

/// One binding of all, chosen by a hash of a part of the message: what has the same part takes the same way, and the
/// destinations get shares of the messages in proportion to their weights (`x-consistent-hash`).
///
/// Each destination draws a number for the part, and the highest draw wins. A destination that comes or goes therefore
/// takes or leaves only its own share, and the choice is the same after a restart. A destination bound more than once
/// counts with its greatest weight.
final class ConsistentHashRouter: Router {
    private struct Share {
        let binding: Binding
        let weight: Double
        let hash: UInt64
    }

    private var shares: [Share] = []
    private let hashedPart: HashedPart

    init(_ hashedPart: HashedPart) { self.hashedPart = hashedPart }

    var dependsOnKeyOnly: Bool { hashedPart == .routingKey }

    /// The weight that a binding key stands for; `nil` if it stands for none.
    static func weight(_ bindingKey: String) -> Int? { Int(bindingKey) }

    func add(_ binding: Binding) {
        let kind: UInt8 = binding.identity.kind == .queue ? 0 : 1
        let share = Share(
            binding: binding,
            weight: Double(ConsistentHashRouter.weight(binding.routingKey) ?? 1),
            hash: StableHash.hash([kind] + Array(binding.identity.destination.utf8))
        )
        shares.append(share)
    }

    func remove(_ binding: Binding) { shares.removeAll { $0.binding === binding } }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        guard !shares.isEmpty else { return }
        let hash = StableHash.hash(hashedPart.bytes(of: subject))
        var best: (draw: Double, share: Share)?
        for share in shares {
            let draw = share.weight / StableHash.exponential(hash, share.hash)
            if let best, best.draw > draw || (best.draw == draw && best.share.hash >= share.hash) { continue }
            best = (draw, share)
        }
        if let best { match(best.share.binding) }
    }
}
