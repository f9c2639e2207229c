import Leveret
import LeveretCore

extension CoreDriver {
    /// A driver with a virtual host, in which time stands still.
    static func started(on store: any JournalStore, limits: CoreLimits = CoreLimits()) throws -> CoreDriver {
        let driver = CoreDriver(
            store: store,
            recovered: RecoveredState(),
            limits: limits,
            seed: 1,
            clock: BrokerClock { BrokerTime(milliseconds: 0) },
            metrics: BrokerMetrics(),
            onFailure: { _ in }
        )
        driver.start()
        _ = try driver.define { _ in .putVirtualHost(VirtualHostDefinition(name: "/")) }
        return driver
    }
}
