/// The effects of a command, in order. A reusable buffer: it keeps its capacity.
package struct Effects {
    package private(set) var list: [Effect] = []

    package init() {}

    package var isEmpty: Bool { list.isEmpty }

    package mutating func append(_ effect: Effect) { list.append(effect) }

    package mutating func removeAll() { list.removeAll(keepingCapacity: true) }
}
