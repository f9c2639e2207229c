import LeveretCore

/// Changes the watermark of memory until the broker ends. An alarm that follows from it is on, or off, when the
/// answer comes.
package struct SetMemoryWatermark: OperatorRequest {
    package static let command = "set_vm_memory_high_watermark"

    package var watermark: AmountField

    package init(_ watermark: ResourceLimits.Amount) { self.watermark = AmountField(watermark) }

    package func perform(on broker: Broker) async throws -> Done {
        broker.resources.change { $0.memory = watermark.amount }
        return Done()
    }
}

/// Changes the limit of free disk until the broker ends, likewise.
package struct SetDiskFreeLimit: OperatorRequest {
    package static let command = "set_disk_free_limit"

    package var limit: AmountField

    package init(_ limit: ResourceLimits.Amount) { self.limit = AmountField(limit) }

    package func perform(on broker: Broker) async throws -> Done {
        broker.resources.change { $0.diskFree = limit.amount }
        return Done()
    }
}

/// An amount as it travels: bytes or a part of the memory.
package struct AmountField: Codable, Hashable, Sendable {
    private var bytes: Int?
    private var part: Double?

    init(_ amount: ResourceLimits.Amount) {
        switch amount {
        case .bytes(let count): bytes = count
        case .partOfMemory(let part): self.part = part
        }
    }

    var amount: ResourceLimits.Amount { part.map { .partOfMemory($0) } ?? .bytes(bytes ?? 0) }
}

/// Switches the tracing of a virtual host on or off. It is off after a start of the broker.
package struct SetTracing: OperatorRequest {
    package static let command = "set_tracing"

    package var virtualHost: String
    package var isOn: Bool

    package init(virtualHost: String, isOn: Bool) {
        self.virtualHost = virtualHost
        self.isOn = isOn
    }

    package func perform(on broker: Broker) async throws -> Done {
        try broker.requireVirtualHost(virtualHost)
        let node = isOn ? NodeName.ofThisMachine : nil
        broker.driver.perform { $0.apply(.setTracing(virtualHost: virtualHost, node: node)) }
        return Done()
    }
}
