/// One client of the broker: a connection or an in-process owner. Never reused while the broker runs.
package struct SessionID: Sendable, Hashable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A channel of a session.
package struct ChannelID: Sendable, Hashable {
    package var session: SessionID
    package var number: UInt16

    package init(session: SessionID, number: UInt16) {
        self.session = session
        self.number = number
    }
}

/// A consumer of a channel: the channel's consumers are numbered from 0 and numbers are not reused on it.
package struct ConsumerID: Sendable, Hashable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A durable or transient queue; never reused, also not after a restart.
package struct QueueID: Sendable, Hashable, Comparable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (lhs: QueueID, rhs: QueueID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A segment of the durable message log, as the journal knows it; rising, never reused.
package struct SegmentID: Sendable, Hashable, Comparable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (lhs: SegmentID, rhs: SegmentID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A place in the order of journal batches: what waits at a position is durable when its batch is.
package struct JournalPosition: Sendable, Hashable, Comparable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (lhs: JournalPosition, rhs: JournalPosition) -> Bool { lhs.rawValue < rhs.rawValue }
}
