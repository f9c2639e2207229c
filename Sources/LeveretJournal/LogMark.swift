#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretCore

/// What the journal knows of its write-ahead log, kept outside of it: so that a log that was cut short, deleted or
/// damaged is not taken for one that ends there (`Docs/Decisions/0007-a-mark-beside-the-log.md`).
///
/// The mark is written after each commit but never forced to the disk. It may be behind the log, but never ahead.
struct LogMark: Hashable {
    enum State: UInt32 {
        /// The journal was closed; there is no log.
        case closed = 0
        /// The journal is in use, and the loss of power may cost the end of the log.
        case open = 1
        /// The journal is in use, and whatever is committed is on the disk.
        case durable = 2
    }

    static let length = 40
    private static let magic = Array("LVRTMARK".utf8)

    var state: State
    /// Up to where the log is known to have been written; frame 0 is a log of which nothing is known.
    var position = LogPosition()
    /// Whether all that is in the database too, so that nothing is missing without the log. A part of the log must not be
    /// there all the same: it would be put over what is newer.
    var isMoved = false
    private static let movedFlag: UInt32 = 1 << 8

    /// The mark as bytes, under a checksum.
    var encoded: [UInt8] {
        var bytes = LogMark.magic
        let states = state.rawValue | (isMoved ? LogMark.movedFlag : 0)
        for word in [states, UInt32(position.frames)] + position.salts + position.sums {
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        let checksum = LogMark.checksum(bytes)
        for shift in [56, 48, 40, 32, 24, 16, 8, 0] as [UInt64] {
            bytes.append(UInt8(truncatingIfNeeded: checksum >> shift))
        }
        return bytes
    }

    init(state: State, position: LogPosition = LogPosition(), isMoved: Bool = false) {
        self.state = state
        self.position = position
        self.isMoved = isMoved
    }

    /// Nil if the bytes are no mark.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == LogMark.length, bytes.starts(with: LogMark.magic) else { return nil }
        let stored = bytes[32...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard LogMark.checksum(Array(bytes[..<32])) == stored else { return nil }
        let words = stride(from: 8, to: 32, by: 4).map { start in
            bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        guard let state = State(rawValue: words[0] & ~LogMark.movedFlag) else { return nil }
        self.state = state
        isMoved = words[0] & LogMark.movedFlag != 0
        position = LogPosition(salts: [words[2], words[3]], frames: Int(words[1]), sums: [words[4], words[5]])
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        Checksum(bytes, domain: .logMark, identity: 0, length: 0).value
    }
}

/// Holds the write-ahead log that a start finds against the mark.
struct LogMarkCheck {
    let directory: DataDirectory

    struct Findings {
        /// What the log lacks that was once committed; nil if nothing is known to be missing.
        var damage: Damage?
        /// Whether the log ends with pages that were never committed. They would be taken for damage once the log
        /// has grown over the place where it was cut off.
        var hasRemainder = false
        /// Nil if there is none that can be read.
        var mark: LogMark?
    }

    func inspect() throws -> Findings {
        let mark = try readMark() ?? LogMark(state: .closed)
        var findings = Findings(mark: try readMark())
        let promises = mark.state != .closed && mark.position.frames > 0
        guard let descriptor = try open(directory.writeAheadLog) else {
            findings.damage = promises && !mark.isMoved ? LogMarkCheck.missingLog : nil
            return findings
        }
        defer { closeFile(descriptor) }
        guard let log = WriteAheadLog(descriptor: descriptor) else {
            findings.damage = promises && !mark.isMoved ? LogMarkCheck.missingLog : nil
            return findings
        }
        let isMarked = promises && log.salts == mark.position.salts
        let (extent, isVerified) = log.read(verifying: isMarked ? mark.position : nil)
        findings.hasRemainder = extent.hasRemainder
        findings.damage =
            promises && !isMarked
            ? olderLog(log, mark) : damage(extent, isVerified: isVerified, mark)
        return findings
    }

    private func olderLog(_ log: WriteAheadLog, _ mark: LogMark) -> Damage? {
        // The number rises each time the log starts over, and comes around at its end.
        let age = log.salts[0] &- mark.position.salts[0]
        guard age == 0 || age > UInt32.max / 2 else { return nil }
        return Damage(whole: "the write-ahead log is an older one, so that what was committed later is missing")
    }

    private func damage(_ extent: WriteAheadLog.Extent, isVerified: Bool, _ mark: LogMark) -> Damage? {
        guard isVerified else {
            return Damage(
                whole: "of the \(mark.position.frames) committed pages in the write-ahead log only the first "
                    + "\(extent.end.frames) are whole"
            )
        }
        guard mark.state == .durable, extent.strandedCommits > 1 else { return nil }
        return Damage(
            whole: "\(extent.strandedCommits) commits in the write-ahead log lie behind the damaged page "
                + "\(extent.validFrames + 1)"
        )
    }

    private static let missingLog = Damage(
        whole: "its write-ahead log is missing or empty, though the broker was not stopped in order: what was "
            + "committed last is not there"
    )

    /// Nil if there is none; a mark that cannot be read promises nothing.
    private func readMark() throws -> LogMark? {
        guard let descriptor = try open(directory.logMark) else { return nil }
        defer { closeFile(descriptor) }
        var bytes = [UInt8](repeating: 0, count: LogMark.length)
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
        return LogMark(bytes)
    }

    /// Whether there is a mark that cannot be read.
    func markIsDamaged() throws -> Bool {
        guard let size = fileSize(at: directory.logMark), size > 0 else { return false }
        return try readMark() == nil
    }

    private func open(_ path: String) throws -> Int32? {
        let descriptor = openFileToRead(path)
        guard descriptor < 0 else { return descriptor }
        guard errno == ENOENT else {
            throw JournalFailure(permanent: "cannot read \(path): \(systemErrorText(errno)): check its owner and mode")
        }
        return nil
    }
}
