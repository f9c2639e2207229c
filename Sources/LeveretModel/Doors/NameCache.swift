/// Gives the same string for the same bytes as last time, because deliveries in a row mostly have the same address.
package struct NameCache {
    private var text = ""

    package init() {}

    package mutating func string(_ bytes: UnsafeRawBufferPointer) -> String {
        let isSame = text.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(bytes) }
        if isSame != true { text = String(decoding: bytes, as: UTF8.self) }
        return text
    }
}
