/// What a channel has published and acknowledged since its last commit or rollback (tx.select).
struct Transaction {
    private(set) var publishings: [BufferedPublishing] = []
    private(set) var settlements: [BufferedSettlement] = []
    /// Memory that the publishings take.
    private(set) var bytes = 0

    mutating func append(_ publishing: BufferedPublishing) {
        publishings.append(publishing)
        bytes += publishing.cost
    }

    mutating func append(_ settlement: BufferedSettlement) { settlements.append(settlement) }
}

/// An answer to a delivery that waits for its transaction to be committed.
struct BufferedSettlement {
    let delivery: UnacknowledgedDelivery
    let acknowledgement: Acknowledgement
}
