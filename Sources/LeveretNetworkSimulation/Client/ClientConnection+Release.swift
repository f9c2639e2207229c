import NIOEmbedded

// After the end.

extension ClientConnection {
    /// The server must have let go of a connection that is gone.
    func checkIsReleased() {
        if handler != nil { ledger.accuse("\(self): the server keeps the handler of a connection that is gone") }
        do { try channel.throwIfErrorCaught() } catch { ledger.accuse("\(self): \(error) is handled by nobody") }
    }
}
