/// Changes some properties in their encoding and leaves the bytes of all others exactly as they came.
///
/// A broker that dead-letters a message or rewrites its reply-to must not disturb what else it carries, such as
/// a correlation id that is not text.
package struct PropertiesEdit: Sendable {
    /// What happens to one property.
    package enum Change<Value: Sendable>: Sendable {
        case keep
        case remove
        case set(Value)
    }

    package var headers: Change<FieldTable> = .keep
    package var replyTo: Change<String> = .keep
    package var expiration: Change<String> = .keep

    package init() {}

    /// Appends the changed encoding to `bytes`. On an error nothing is appended.
    package func apply(to encoded: UnsafeRawBufferPointer, into bytes: inout [UInt8]) throws(EncodingError) {
        try bytes.appendAtomically { bytes throws(EncodingError) in
            var reader = ByteReader(encoded)
            let old = try reader.readPropertyFlags()
            bytes.append(bigEndian: newFlags(from: old))
            for property in EncodedProperty.allCases {
                let start = reader.offset
                if old & property.rawValue != 0 { _ = try reader.scan(property) }
                try append(property, keeping: encoded[start..<reader.offset], to: &bytes)
            }
            try reader.requireEnd()
        }
    }

    private func newFlags(from old: UInt16) -> UInt16 {
        var flags = old
        headers.update(.headers, in: &flags)
        replyTo.update(.replyTo, in: &flags)
        expiration.update(.expiration, in: &flags)
        return flags
    }

    private func append(
        _ property: EncodedProperty,
        keeping old: Slice<UnsafeRawBufferPointer>,
        to bytes: inout [UInt8]
    ) throws(EncodingError) {
        switch property {
        case .headers:
            switch headers {
            case .keep: bytes.append(contentsOf: old)
            case .remove: break
            case .set(let table): try table.encode(into: &bytes)
            }
        case .replyTo: try append(replyTo, keeping: old, to: &bytes)
        case .expiration: try append(expiration, keeping: old, to: &bytes)
        default: bytes.append(contentsOf: old)
        }
    }

    private func append(
        _ change: Change<String>,
        keeping old: Slice<UnsafeRawBufferPointer>,
        to bytes: inout [UInt8]
    ) throws(EncodingError) {
        switch change {
        case .keep: bytes.append(contentsOf: old)
        case .remove: break
        case .set(let text): try bytes.append(shortString: text)
        }
    }
}

extension PropertiesEdit.Change {
    fileprivate func update(_ property: EncodedProperty, in flags: inout UInt16) {
        switch self {
        case .keep: break
        case .remove: flags &= ~property.rawValue
        case .set: flags |= property.rawValue
        }
    }
}
