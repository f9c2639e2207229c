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

    package mutating func append(_ effect: Effect) { append(effect, for: effect.session) }

    /// For who knows the session, which otherwise has to be looked for in a large enumeration. Inlined, and taking the
    /// effect over: a copy of it costs more than all the rest.
    @inline(__always)
    mutating func append(_ effect: consuming Effect, for session: SessionID?) {
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
