// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// tx.select. The client wants transactions on this channel.
package struct TxSelect: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 10) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// tx.select-ok. Transactions are on.
package struct TxSelectOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 11) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// tx.commit. The client commits what it published and acknowledged.
package struct TxCommit: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 20) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// tx.commit-ok. The transaction is committed.
package struct TxCommitOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 21) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// tx.rollback. The client abandons what it published and acknowledged.
package struct TxRollback: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 30) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// tx.rollback-ok. The transaction is abandoned.
package struct TxRollbackOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 90, methodID: 31) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
