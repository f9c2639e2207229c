/// Why publishers have to wait.
struct BlockReasons {
    /// The journal cannot take batches for now.
    var journal: String?
    /// Messages that cannot leave memory have reached the limit.
    var isMemoryFull = false
    /// Whether sessions have been told.
    var isAnnounced = false

    var text: String? {
        if let journal { return journal }
        return isMemoryFull ? "low on memory" : nil
    }
}
