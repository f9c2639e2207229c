// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// confirm.select. The client wants its publishings confirmed.
package struct ConfirmSelect: MethodFields {
    package static var id: MethodID { MethodID(classID: 85, methodID: 10) }

    package var noWait: Bool

    package init(noWait: Bool = false) {
        self.noWait = noWait
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        noWait = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeBit(noWait)
    }
}

/// confirm.select-ok. The broker confirms publishings from now on.
package struct ConfirmSelectOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 85, methodID: 11) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
