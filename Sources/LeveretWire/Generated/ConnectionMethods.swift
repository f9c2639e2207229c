// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

/// connection.start. The server presents itself and what it offers.
package struct ConnectionStart: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 10) }

    package var versionMajor: UInt8
    package var versionMinor: UInt8
    package var serverProperties: FieldTable
    package var mechanisms: String
    package var locales: String

    package init(
        versionMajor: UInt8,
        versionMinor: UInt8,
        serverProperties: FieldTable = FieldTable(),
        mechanisms: String,
        locales: String
    ) {
        self.versionMajor = versionMajor
        self.versionMinor = versionMinor
        self.serverProperties = serverProperties
        self.mechanisms = mechanisms
        self.locales = locales
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        versionMajor = try reader.readUInt8()
        versionMinor = try reader.readUInt8()
        serverProperties = try reader.readTable()
        mechanisms = try reader.readLongText()
        locales = try reader.readLongText()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt8(versionMajor)
        writer.writeUInt8(versionMinor)
        try writer.writeTable(serverProperties)
        try writer.writeLongText(mechanisms)
        try writer.writeLongText(locales)
    }
}

/// connection.start-ok. The client presents itself and chooses a login mechanism.
package struct ConnectionStartOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 11) }

    package var clientProperties: FieldTable
    package var mechanism: String
    package var response: [UInt8]
    package var locale: String

    package init(clientProperties: FieldTable = FieldTable(), mechanism: String, response: [UInt8], locale: String) {
        self.clientProperties = clientProperties
        self.mechanism = mechanism
        self.response = response
        self.locale = locale
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        clientProperties = try reader.readTable()
        mechanism = try reader.readShortString()
        response = try reader.readLongBytes()
        locale = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeTable(clientProperties)
        try writer.writeShortString(mechanism)
        try writer.writeLongBytes(response)
        try writer.writeShortString(locale)
    }
}

/// connection.secure. The server challenges the client.
package struct ConnectionSecure: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 20) }

    package var challenge: [UInt8]

    package init(challenge: [UInt8]) {
        self.challenge = challenge
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        challenge = try reader.readLongBytes()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeLongBytes(challenge)
    }
}

/// connection.secure-ok. The client answers a challenge.
package struct ConnectionSecureOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 21) }

    package var response: [UInt8]

    package init(response: [UInt8]) {
        self.response = response
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        response = try reader.readLongBytes()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeLongBytes(response)
    }
}

/// connection.tune. The server proposes limits.
package struct ConnectionTune: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 30) }

    package var channelMax: UInt16
    package var frameMax: UInt32
    package var heartbeat: UInt16

    package init(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16) {
        self.channelMax = channelMax
        self.frameMax = frameMax
        self.heartbeat = heartbeat
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        channelMax = try reader.readUInt16()
        frameMax = try reader.readUInt32()
        heartbeat = try reader.readUInt16()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(channelMax)
        writer.writeUInt32(frameMax)
        writer.writeUInt16(heartbeat)
    }
}

/// connection.tune-ok. The client settles the limits.
package struct ConnectionTuneOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 31) }

    package var channelMax: UInt16
    package var frameMax: UInt32
    package var heartbeat: UInt16

    package init(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16) {
        self.channelMax = channelMax
        self.frameMax = frameMax
        self.heartbeat = heartbeat
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        channelMax = try reader.readUInt16()
        frameMax = try reader.readUInt32()
        heartbeat = try reader.readUInt16()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        writer.writeUInt16(channelMax)
        writer.writeUInt32(frameMax)
        writer.writeUInt16(heartbeat)
    }
}

/// connection.open. The client chooses a virtual host.
package struct ConnectionOpen: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 40) }

    package var virtualHost: String

    package init(virtualHost: String) {
        self.virtualHost = virtualHost
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        virtualHost = try reader.readShortString()
        _ = try reader.readShortString()
        _ = try reader.readBit()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(virtualHost)
        try writer.writeShortString("")
        writer.writeBit(false)
    }
}

/// connection.open-ok. The connection is ready for channels.
package struct ConnectionOpenOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 41) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString("")
    }
}

/// connection.close. One side ends the connection, and says why.
package struct ConnectionClose: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 50) }

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

/// connection.close-ok. The other side agrees that the connection ends.
package struct ConnectionCloseOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 51) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// connection.blocked. The broker has stopped taking messages from this connection.
package struct ConnectionBlocked: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 60) }

    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        reason = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeShortString(reason)
    }
}

/// connection.unblocked. The broker takes messages again.
package struct ConnectionUnblocked: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 61) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}

/// connection.update-secret. The client replaces the credential it logged in with.
package struct ConnectionUpdateSecret: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 70) }

    package var newSecret: [UInt8]
    package var reason: String

    package init(newSecret: [UInt8], reason: String) {
        self.newSecret = newSecret
        self.reason = reason
    }

    package init(from reader: inout MethodReader) throws(WireError) {
        newSecret = try reader.readLongBytes()
        reason = try reader.readShortString()
    }

    package func write(to writer: inout MethodWriter) throws(EncodingError) {
        try writer.writeLongBytes(newSecret)
        try writer.writeShortString(reason)
    }
}

/// connection.update-secret-ok. The new credential is in force.
package struct ConnectionUpdateSecretOk: MethodFields {
    package static var id: MethodID { MethodID(classID: 10, methodID: 71) }

    package init() {}

    package init(from reader: inout MethodReader) throws(WireError) {}

    package func write(to writer: inout MethodWriter) throws(EncodingError) {}
}
