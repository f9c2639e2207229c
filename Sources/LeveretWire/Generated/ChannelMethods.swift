// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// channel.open. The client opens a channel.
package struct ChannelOpen: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 10) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString("")
    }
}

/// channel.open-ok. The channel is open.
package struct ChannelOpenOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 11) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readLongBytes()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeLongBytes([])
    }
}

/// channel.flow. One side asks the other to pause or resume content.
package struct ChannelFlow: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 20) }

    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        active = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeBit(active)
    }
}

/// channel.flow-ok. The other side has paused or resumed content.
package struct ChannelFlowOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 21) }

    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        active = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeBit(active)
    }
}

/// channel.close. One side ends the channel, and says why.
package struct ChannelClose: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 40) }

    package var replyCode: UInt16
    package var replyText: String
    package var classID: UInt16
    package var methodID: UInt16

    package init(replyCode: UInt16, replyText: String, classID: UInt16, methodID: UInt16) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.classID = classID
        self.methodID = methodID
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        replyCode = try reader.readUInt16()
        replyText = try reader.readShortString()
        classID = try reader.readUInt16()
        methodID = try reader.readUInt16()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(replyCode)
        try writer.writeShortString(replyText)
        writer.writeUInt16(classID)
        writer.writeUInt16(methodID)
    }
}

/// channel.close-ok. The other side agrees that the channel ends.
package struct ChannelCloseOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 20, methodID: 41) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
