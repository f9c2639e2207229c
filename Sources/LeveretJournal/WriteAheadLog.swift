#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CSQLite
import LeveretCore

/// A place in the write-ahead log: behind a frame, whose sums stand for everything up to there.
struct LogPosition: Hashable {
    /// Two numbers that change when the log starts over; the first then rises by one.
    var salts: [UInt32] = [0, 0]
    var frames = 0
    var sums: [UInt32] = [0, 0]
}

/// SQLite's write-ahead log as it lies on the disk, read without SQLite. What a start recovers from it ends at the
/// first frame that is not valid, without a word about what is behind.
struct WriteAheadLog {
    private static let headerLength = 32
    private static let frameHeaderLength = 24
    /// The first number of the header, but for its last bit, which says in which order the sums take bytes.
    private static let magic: UInt32 = 0x377F_0682

    /// What reading the log from its beginning found.
    struct Extent {
        /// The end of the last commit whose frames are all valid.
        var end: LogPosition
        /// How many frames in a row are valid, whether or not they belong to a commit.
        var validFrames: Int
        /// How many commits end behind the first frame that is not valid, as the frames there say.
        var strandedCommits: Int
        /// Whether what is behind the end belongs to the log too, and not to an earlier one.
        var hasRemainder: Bool
    }

    private let descriptor: Int32
    private let pageSize: Int
    let salts: [UInt32]
    private let startSums: [UInt32]
    private let isBigEndian: Bool

    /// Takes a descriptor of the log, which stays the caller's; nil if what it holds does not begin like a log.
    init?(descriptor: Int32) {
        guard let header = WriteAheadLog.read(descriptor, at: 0, count: WriteAheadLog.headerLength) else { return nil }
        let words = WriteAheadLog.words(header[...])
        guard words[0] & ~1 == WriteAheadLog.magic else { return nil }
        isBigEndian = words[0] & 1 == 1
        let sums = WriteAheadLog.sums(over: header[..<24], from: [0, 0], isBigEndian: isBigEndian)
        guard sums == [words[6], words[7]], (512...65_536).contains(words[2]) else { return nil }
        self.descriptor = descriptor
        pageSize = Int(words[2])
        salts = [words[4], words[5]]
        startSums = sums
    }

    /// How many bytes a page takes in the log.
    static func frameLength(pageSize: Int) -> Int { frameHeaderLength + pageSize }

    /// The position behind a frame, as its header says.
    static func position(descriptor: Int32, frames: Int, pageSize: Int) -> LogPosition? {
        let offset = headerLength + (frames - 1) * frameLength(pageSize: pageSize)
        guard frames > 0, let header = read(descriptor, at: offset, count: frameHeaderLength) else { return nil }
        let words = words(header[...])
        return LogPosition(salts: [words[2], words[3]], frames: frames, sums: [words[4], words[5]])
    }

    /// Reads the whole log. `position` is a place of which the sums are to be compared; false if they differ or the
    /// valid frames end before.
    func read(verifying position: LogPosition?) -> (extent: Extent, isVerified: Bool) {
        var extent = Extent(
            end: LogPosition(salts: salts, frames: 0, sums: startSums),
            validFrames: 0,
            strandedCommits: 0,
            hasRemainder: false
        )
        var isVerified = position.map { $0.frames == 0 } ?? true
        var sums = startSums
        var page = [UInt8](repeating: 0, count: pageSize)
        for number in 0..<frameCount {
            guard let frame = frame(number) else { break }
            // What is left over from an earlier log need not be read.
            guard frame.salts == salts else { continue }
            guard extent.validFrames == number, readPage(number, into: &page),
                frame.follows(sums, page, isBigEndian: isBigEndian)
            else {
                extent.hasRemainder = true
                extent.strandedCommits += frame.isCommit ? 1 : 0
                continue
            }
            sums = frame.sums
            extent.validFrames = number + 1
            if extent.validFrames == position?.frames { isVerified = sums == position?.sums }
            if frame.isCommit { extent.end = LogPosition(salts: salts, frames: extent.validFrames, sums: sums) }
        }
        if extent.validFrames > extent.end.frames { extent.hasRemainder = true }
        return (extent, isVerified)
    }

    // MARK: Frames

    private struct Frame {
        /// The beginning of its header: the page's number, and the database's length if it ends a commit.
        var place: [UInt8]
        /// Those of an earlier log if the frame is left over from it.
        var salts: [UInt32]
        var sums: [UInt32]
        var isCommit: Bool

        /// Whether its sums continue those of the frame before.
        func follows(_ previous: [UInt32], _ page: [UInt8], isBigEndian: Bool) -> Bool {
            let own = WriteAheadLog.sums(over: place[...], from: previous, isBigEndian: isBigEndian)
            return WriteAheadLog.sums(over: page[...], from: own, isBigEndian: isBigEndian) == sums
        }
    }

    /// How many frames the file has room for. Not all of them need be written.
    private var frameCount: Int {
        max(0, (openFileSize(descriptor) - WriteAheadLog.headerLength) / WriteAheadLog.frameLength(pageSize: pageSize))
    }

    private func offset(_ number: Int) -> Int {
        WriteAheadLog.headerLength + number * WriteAheadLog.frameLength(pageSize: pageSize)
    }

    /// The frame of that number, from 0, without its page.
    private func frame(_ number: Int) -> Frame? {
        let length = WriteAheadLog.frameHeaderLength
        guard let header = WriteAheadLog.read(descriptor, at: offset(number), count: length) else { return nil }
        let words = WriteAheadLog.words(header[...])
        return Frame(
            place: Array(header[..<8]),
            salts: [words[2], words[3]],
            sums: [words[4], words[5]],
            isCommit: words[1] != 0
        )
    }

    private func readPage(_ number: Int, into page: inout [UInt8]) -> Bool {
        pread(descriptor, &page, pageSize, off_t(offset(number) + WriteAheadLog.frameHeaderLength)) == pageSize
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
        bytes.withUnsafeBytes { buffer in
            var words = [UInt32](repeating: 0, count: buffer.count / 4)
            for index in words.indices {
                words[index] = UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            }
            return words
        }
    }

    fileprivate static func sums(over bytes: ArraySlice<UInt8>, from sums: [UInt32], isBigEndian: Bool) -> [UInt32] {
        var sums = sums
        bytes.withUnsafeBufferPointer { buffer in
            leveret_sqlite_log_checksum(buffer.baseAddress, UInt64(buffer.count), isBigEndian ? 1 : 0, &sums)
        }
        return sums
    }
}
