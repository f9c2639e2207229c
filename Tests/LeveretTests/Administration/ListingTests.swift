import FoundationEssentials
import LeveretModel
import Testing

@testable import Leveret

/// What operators see, asked for as over the operator socket.
@Suite struct ListingTests {
    private func list<Listing: OperatorListing>(
        _ type: Listing.Type,
        _ columns: String...,
        virtualHost: String = "/",
        of broker: Broker
    ) async throws -> [[OperatorValue]] {
        try await Listing(columns: columns, virtualHost: virtualHost).perform(on: broker)
    }

    @Test func `queues are shown with the columns that are asked for, in that order`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let options = QueueOptions(durable: true, arguments: ["x-max-priority": 5])
                let queue = try await channel.declareQueue("orders", options)
                try await channel.publish("ab", to: queue.name)
                let rows = try await list(
                    QueueListing.self,
                    "messages",
                    "name",
                    "durable",
                    "arguments",
                    "message_bytes_ready",
                    "type",
                    of: broker
                )
                #expect(
                    rows == [
                        [
                            .integer(1), .text("orders"), .boolean(true), .table(["x-max-priority": .integer(5)]),
                            .integer(2), .text("classic"),
                        ]
                    ]
                )
            }
        }
    }

    @Test func `bindings are shown with those that nobody made`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("q")
                try await channel.bindQueue("q", to: "amq.topic", routingKey: "a.*", arguments: ["n": 1])
                let rows = try await list(
                    BindingListing.self,
                    "source_name",
                    "destination_name",
                    "destination_kind",
                    "routing_key",
                    "arguments",
                    of: broker
                )
                #expect(
                    rows == [
                        [.text(""), .text("q"), .text("queue"), .text("q"), .table([:])],
                        [.text("amq.topic"), .text("q"), .text("queue"), .text("a.*"), .table(["n": .integer(1)])],
                    ]
                )
            }
        }
    }

    @Test func `every virtual host has RabbitMQ's exchanges`() async throws {
        try await Broker.run { broker in
            let rows = try await list(ExchangeListing.self, "name", "type", "internal", of: broker)
            let names = rows.map(\.[0])
            #expect(
                names
                    == [
                        "", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.rabbitmq.trace", "amq.topic",
                    ].map { .text($0) }
            )
            #expect(rows[5] == [.text("amq.rabbitmq.trace"), .text("topic"), .boolean(true)])
        }
    }

    @Test func `connections, channels and consumers are shown and belong together`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("q")
                try await channel.publish("a", to: "q")
                try await channel.consume("q", prefetch: 7) { deliveries in
                    let iterator = deliveries.makeAsyncIterator()
                    let delivery = try #require(try await iterator.next())
                    let connections = try await list(ConnectionListing.self, "pid", "state", "channels", of: broker)
                    let pid = try #require(connections.first?.first)
                    #expect(connections == [[pid, .text("running"), .integer(1)]])
                    let channels = try await list(
                        ChannelListing.self,
                        "connection",
                        "number",
                        "consumer_count",
                        "messages_unacknowledged",
                        "confirm",
                        of: broker
                    )
                    #expect(channels == [[pid, .integer(1), .integer(1), .integer(1), .boolean(true)]])
                    let consumers = try await list(
                        ConsumerListing.self,
                        "queue_name",
                        "ack_required",
                        "prefetch_count",
                        "active",
                        of: broker
                    )
                    #expect(consumers == [[.text("q"), .boolean(true), .integer(7), .boolean(true)]])
                    try await delivery.ack()
                }
            }
        }
    }

    @Test func `a column or a virtual host that does not exist is an error that says so`() async throws {
        try await Broker.run { broker in
            let column = await #expect(throws: OperatorRefusal.self) {
                try await list(QueueListing.self, "nmae", of: broker)
            }
            #expect(column?.error.contains("'nmae'") == true)
            let host = await #expect(throws: OperatorRefusal.self) {
                try await list(QueueListing.self, "name", virtualHost: "shop", of: broker)
            }
            #expect(host?.error == "virtual host 'shop' does not exist")
        }
    }

    @Test func `every column of every listing can be shown, and the default ones are among them`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("q")
                try await channel.consume("q") { _ in
                    try await showAll(QueueListing.self, of: broker)
                    try await showAll(ExchangeListing.self, of: broker)
                    try await showAll(BindingListing.self, of: broker)
                    try await showAll(ConnectionListing.self, of: broker)
                    try await showAll(ChannelListing.self, of: broker)
                    try await showAll(ConsumerListing.self, of: broker)
                }
            }
        }
    }

    private func showAll<Listing: OperatorListing>(_ type: Listing.Type, of broker: Broker) async throws {
        let names = Listing.allColumns.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(Listing.defaultColumns).isSubset(of: names))
        let rows = try await Listing(columns: names, virtualHost: "/").perform(on: broker)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.count == names.count })
    }

    @Test(arguments: [
        OperatorValue.null, .boolean(true), .integer(-5), .number(1.5), .text("é\n"), .list([.integer(1), .null]),
        .table(["a": .list([]), "b": .table([:])]),
    ])
    func `a value comes through JSON as it is`(value: OperatorValue) throws {
        let data = try JSONEncoder().encode([value])
        #expect(try JSONDecoder().decode([OperatorValue].self, from: data) == [value])
    }

    @Test func `field tables are shown as JSON has them`() {
        let table: FieldTable = [
            "byte": .int8(-1), "long": .int64(5), "double": .double(0.5), "nan": .double(.nan),
            "decimal": .decimal(scale: 2, value: 150), "bytes": .bytes([0x61]), "void": .void,
            "array": .array([true, "x"]), "time": .timestamp(9),
        ]
        #expect(
            OperatorValue(table)
                == .table([
                    "byte": .integer(-1), "long": .integer(5), "double": .number(0.5), "nan": .null,
                    "decimal": .number(1.5), "bytes": .text("a"), "void": .null,
                    "array": .list([.boolean(true), .text("x")]), "time": .integer(9),
                ])
        )
    }
}
