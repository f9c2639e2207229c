/// The effects of a command, in order. A reusable buffer: it keeps its capacity.
package struct Effects {
    /// Effects that follow one another and are for one session, or for the driver.
    package struct Run {
        package let session: SessionID?
        /// The index behind its last.
        package fileprivate(set) var end: Int
    }

    package private(set) var list: [Effect] = []
    /// The runs of the list: an effect is large, so that who hands them on should not have to look at each.
    package private(set) var runs: [Run] = []

    package init() {}

    package var isEmpty: Bool { list.isEmpty }

    package mutating func append(_ effect: Effect) {
        let session = effect.session
        list.append(effect)
        if let last = runs.indices.last, runs[last].session == session {
            runs[last].end = list.count
        } else {
            runs.append(Run(session: session, end: list.count))
        }
    }

    package mutating func removeAll() {
        list.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
    }
}
