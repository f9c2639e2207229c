package import LeveretCore

/// A journal in memory whose commits can be made to fail, and which survives the core that wrote to it.
package final class SimulatedJournal: JournalStore, @unchecked Sendable {
    // Unchecked: as for every journal, all calls come from one thread at a time.

    /// What happens to a commit.
    package enum Fault: Sendable, Hashable {
        case none
        /// Rolled back; the same batch may be tried again.
        case diskFull
        /// Fails for good; whether the batch was kept is not known to the caller.
        case broken(kept: Bool)
        /// The machine stops before or after the batch has become durable.
        case crash(kept: Bool)
    }

    /// Thrown by a commit during which the machine stops.
    package struct Crash: Error {}

    /// What is durable.
    package private(set) var image: JournalImage
    /// How many batches have become durable, whether or not their writer was told.
    package private(set) var committedBatches = 0
    /// What happens to the next commit.
    package var nextFault = Fault.none

    package init(image: JournalImage = JournalImage()) { self.image = image }

    package func recover() throws -> RecoveredState {
        image.restart()
        return image.recovered
    }

    package func commit(_ batch: JournalBatch) throws {
        let fault = nextFault
        nextFault = .none
        switch fault {
        case .none, .broken(kept: true), .crash(kept: true):
            try image.apply(batch)
            committedBatches += 1
        case .diskFull, .broken(kept: false), .crash(kept: false): break
        }
        switch fault {
        case .none: break
        case .diskFull: throw JournalFailure(isRetryable: true, text: "the simulated disk is full")
        case .broken: throw JournalFailure(isRetryable: false, text: "the simulated disk is broken")
        case .crash: throw Crash()
        }
    }

    package func tidy(isIdle: Bool) throws -> Bool { false }

    package func readSegment(_ id: SegmentID, into room: (Int) -> UnsafeMutableRawBufferPointer) throws {
        let content = try segment(id).content
        room(content.count).copyBytes(from: content)
    }

    package func loadIndex(_ id: SegmentID) throws -> [UInt8] { try segment(id).index }

    private func segment(_ id: SegmentID) throws -> JournalImage.Segment {
        guard let segment = image.segments.first(where: { $0.id == id }) else {
            throw JournalFailure(isRetryable: false, text: "there is no segment \(id.rawValue)")
        }
        return segment
    }

    package func copy(to directory: String) throws -> any JournalCopy {
        throw JournalFailure(isRetryable: false, text: "a simulated journal has no directory to copy")
    }

    package func close() {}
}
