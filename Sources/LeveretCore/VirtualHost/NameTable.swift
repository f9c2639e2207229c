/// Things by name. Names are the same if their bytes are, as AMQP has it; Swift's strings would take different
/// spellings of one character for the same.
struct NameTable<Value> {
    private struct Key: Hashable {
        let name: String

        static func == (lhs: Key, rhs: Key) -> Bool { lhs.name.utf8.elementsEqual(rhs.name.utf8) }

        func hash(into hasher: inout Hasher) {
            var name = name
            name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var valuesByKey: [Key: Value] = [:]

    init() {}

    subscript(name: String) -> Value? {
        get { valuesByKey[Key(name: name)] }
        set { valuesByKey[Key(name: name)] = newValue }
    }

    subscript(name: String, default value: @autoclosure () -> Value) -> Value {
        get { valuesByKey[Key(name: name), default: value()] }
        _modify { yield &valuesByKey[Key(name: name), default: value()] }
    }

    var count: Int { valuesByKey.count }

    /// In no particular order.
    var values: some Collection<Value> { valuesByKey.values }
}
