#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CFileSystem

/// Appends contents to files beside the database, where each is written, and forced to the disk, once.
final class ContentWriter {
    private struct Current {
        var number: UInt64
        var file: VirtualFile
        /// The same file, to give hints to the system.
        var hints: WriteHints
        /// Where the contents end whose transactions were committed.
        var committed = 0
        /// Where the contents of the open transaction end.
        var end = 0
        /// Whether something in it was not forced to the disk yet.
        var isUnforced = false
    }

    private let directory: DataDirectory
    private let settings: JournalSettings
    private var current: Current?
    /// The number of the next file that is made.
    private var nextNumber: UInt64 = 1

    init(_ directory: DataDirectory, settings: JournalSettings) {
        self.directory = directory
        self.settings = settings
    }

    /// The file that is being filled; nil before the first content.
    var currentNumber: UInt64? { current?.number }

    /// Whether everything in the file that is being filled was committed, and there is something.
    var isBetweenTransactions: Bool { current.map { $0.committed > 0 && $0.end == $0.committed } ?? false }

    /// Whether the file that is being filled is longer than files are meant to be.
    var currentIsOversized: Bool { (current?.end ?? 0) > settings.contentFileBytes }

    /// There is a file of that number.
    func found(_ number: UInt64) { nextNumber = max(nextNumber, number + 1) }

    /// Writes a content of the open transaction. If another file has to be taken for it, `takeEmpty` may give the number
    /// of one to fill anew.
    func append(_ content: UnsafeRawBufferPointer, takeEmpty: () -> UInt64?) throws -> ContentPlace {
        var file = try fileWithRoom(for: content.count, takeEmpty)
        let place = ContentPlace(file: file.number, start: file.end, length: content.count)
        file.isUnforced = true
        current = file
        try file.file.write(content, at: place.start)
        // The disk is busy with it while the rows are put together.
        file.hints.beginWriting(place)
        current?.end = ContentPlace.aligned(place.end)
        return place
    }

    /// Each file takes at least one content, however long that is.
    private func fileWithRoom(for count: Int, _ takeEmpty: () -> UInt64?) throws -> Current {
        if let current {
            guard current.end > 0, current.end + count > settings.contentFileBytes else { return current }
            try synchronize()
        }
        let number = takeEmpty() ?? nextNumber
        let path = directory.contentFile(number)
        let file = try VirtualFile(path: path, fileSystem: settings.fileSystem)
        let next = Current(number: number, file: file, hints: WriteHints(path))
        nextNumber = max(nextNumber, number + 1)
        return next
    }

    /// Forces to the disk what was appended. To be called before the transaction is committed.
    func synchronize() throws {
        guard let current, current.isUnforced else { return }
        try current.file.synchronize()
        self.current?.isUnforced = false
    }

    func committed() {
        if let end = current?.end { current?.committed = end }
    }

    /// The transaction is undone, and what it wrote is written over.
    func rolledBack() {
        if let committed = current?.committed { current?.end = committed }
    }

    /// Nothing in the file that is being filled lives any more, so that it can be filled anew: bytes that are there are
    /// written over faster than a file grows.
    func startOver() {
        current?.committed = 0
        current?.end = 0
    }

    /// The file that is being filled is about to be deleted.
    func leave() { current = nil }
}

/// Tells the system what of a file is about to be forced to the disk.
private final class WriteHints {
    private let descriptor: Int32

    init(_ path: String) { descriptor = openFileToRead(path) }

    deinit { closeFile(descriptor) }

    func beginWriting(_ place: ContentPlace) {
        guard descriptor >= 0 else { return }
        leveret_begin_writing(descriptor, off_t(place.start), off_t(place.length))
    }
}
