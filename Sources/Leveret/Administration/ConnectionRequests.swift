import LeveretCore

/// Closes a connection with 320 and a reason.
package struct CloseConnection: OperatorRequest {
    package static let command = "close_connection"

    /// Its `pid` or its name as `list_connections` shows them.
    package var connection: String
    package var reason: String

    package init(connection: String, reason: String) {
        self.connection = connection
        self.reason = reason
    }

    package func perform(on broker: Broker) async throws -> Done {
        let sessions = broker.driver.inspect { $0.sessionReports() }.filter {
            "\($0.id.rawValue)" == connection || $0.options.name == connection
        }
        guard !sessions.isEmpty else { throw OperatorRefusal("there is no connection '\(connection)'") }
        guard sessions.count == 1 else {
            throw OperatorRefusal("\(sessions.count) connections are called '\(connection)': close one by its pid")
        }
        broker.close(sessions, reason: reason)
        return Done()
    }
}

/// Closes the connections to a virtual host, or all of them, with 320 and a reason.
package struct CloseAllConnections: OperatorRequest {
    package static let command = "close_all_connections"

    /// `nil` is all.
    package var virtualHost: String?
    /// How many at the most; `nil` is no limit.
    package var limit: Int?
    package var reason: String

    package init(virtualHost: String?, limit: Int?, reason: String) {
        self.virtualHost = virtualHost
        self.limit = limit
        self.reason = reason
    }

    /// How many were closed.
    package func perform(on broker: Broker) async throws -> Int {
        if let virtualHost { try broker.requireVirtualHost(virtualHost) }
        let sessions = broker.driver.inspect { $0.sessionReports() }
            .filter { virtualHost == nil || $0.options.virtualHost == virtualHost }
            .prefix(max(0, limit ?? .max))
        broker.close(Array(sessions), reason: reason)
        return sessions.count
    }
}

extension Broker {
    fileprivate func close(_ sessions: [SessionReport], reason: String) {
        driver.perform { port in
            for session in sessions { port.apply(.forceClose(session.id, reason: reason)) }
        }
    }
}
