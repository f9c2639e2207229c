// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// access.request. An old client asks for the rights that later versions check by themselves.
package struct AccessRequest: MethodFields {
    package static var id: MethodID { MethodID(classID: 30, methodID: 10) }

    package var realm: String
    package var exclusive: Bool
    package var passive: Bool
    package var active: Bool
    package var write: Bool
    package var read: Bool

    package init(
        realm: String,
        exclusive: Bool = false,
        passive: Bool = false,
        active: Bool = false,
        write: Bool = false,
        read: Bool = false
    ) {
        self.realm = realm
        self.exclusive = exclusive
        self.passive = passive
        self.active = active
        self.write = write
        self.read = read
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        realm = try reader.readShortString()
        exclusive = try reader.readBit()
        passive = try reader.readBit()
        active = try reader.readBit()
        write = try reader.readBit()
        read = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(realm)
        writer.writeBit(exclusive)
        writer.writeBit(passive)
        writer.writeBit(active)
        writer.writeBit(write)
        writer.writeBit(read)
    }
}

/// access.request-ok. The ticket for an old client; it is ignored later.
package struct AccessRequestOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 30, methodID: 11) }

    package var ticket: UInt16

    package init(ticket: UInt16) {
        self.ticket = ticket
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        ticket = try reader.readUInt16()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(ticket)
    }
}
