import LeveretModel

/// Things by name. Names are the same if their bytes are, as AMQP has it; Swift's strings would take different
/// spellings of one character for the same.
struct NameTable<Value> {
    private struct Key: Hashable {
        let name: String

        static func == (lhs: Key, rhs: Key) -> Bool {
            lhs.withBytes { left in rhs.withBytes { right in left.isEqual(to: right) } }
        }

        func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }

        private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            var name = name
            return name.withUTF8 { body(UnsafeRawBufferPointer($0)) }
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
