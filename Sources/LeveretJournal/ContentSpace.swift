#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CFileSystem

/// What lives in content files, and what of them is done: files in which nothing lives, which the next contents can
/// fill or which are given back to the disk, and parts of files in which something lives.
struct ContentSpace {
    private struct Use {
        /// How many contents live in the file.
        var living = 0
        /// Those that are done.
        var released: [ContentPlace] = []
        var releasedBytes = 0
    }

    /// How much one step gives back: a file system takes about a millisecond for each mebibyte that it kept in memory.
    private static let stepBytes = 1 << 20

    private let directory: DataDirectory
    private let settings: JournalSettings
    private var uses: [UInt64: Use] = [:]
    /// The files in which nothing lives.
    private var empty: Set<UInt64> = []
    /// The files in which something lives and much is done.
    private var sparse: Set<UInt64> = []
    private var sparseBytes = 0

    init(_ directory: DataDirectory, settings: JournalSettings) {
        self.directory = directory
        self.settings = settings
    }

    /// Whether nothing lives in the file.
    func isEmpty(_ file: UInt64) -> Bool { uses[file]?.living ?? 0 == 0 }

    /// Whether there is something to give back, besides what is in the file that is being filled.
    func isWaiting(besides current: UInt64?) -> Bool {
        empty.contains { $0 != current } || sparse.contains { $0 != current }
    }

    /// Whether so much is done, 64 MiB with files of the usual length, that it is not to wait for an idle moment.
    var isFull: Bool { empty.count * settings.contentFileBytes + sparseBytes > settings.contentFileBytes * 4 }

    // MARK: Contents come and go

    mutating func add(_ place: ContentPlace) {
        uses[place.file, default: Use()].living += 1
        empty.remove(place.file)
    }

    /// Nobody speaks of the content any more.
    mutating func release(_ place: ContentPlace) {
        let file = place.file
        guard uses[file] != nil else { return }
        uses[file]?.living -= 1
        if isEmpty(file) { return setEmpty(file) }
        uses[file]?.released.append(place)
        uses[file]?.releasedBytes += place.length
        let bytes = uses[file]?.releasedBytes ?? 0
        if sparse.contains(file) {
            sparseBytes += place.length
        } else if bytes >= settings.contentFileBytes / 4 {
            sparse.insert(file)
            sparseBytes += bytes
        }
    }

    /// There is such a file, and nobody speaks of anything in it.
    mutating func foundUnused(_ file: UInt64) { setEmpty(file) }

    private mutating func setEmpty(_ file: UInt64) {
        forgetReleased(file)
        uses[file] = Use()
        empty.insert(file)
    }

    private mutating func forgetReleased(_ file: UInt64) {
        if sparse.remove(file) != nil { sparseBytes -= uses[file]?.releasedBytes ?? 0 }
        uses[file]?.released = []
        uses[file]?.releasedBytes = 0
    }

    /// Takes a file in which nothing lives, to be filled anew from its beginning; nil if there is none of usual length.
    mutating func takeEmpty(besides current: UInt64?) -> UInt64? {
        let file = empty.first { file in
            file != current && fileSize(at: directory.contentFile(file)) ?? .max <= settings.contentFileBytes
        }
        if let file { empty.remove(file) }
        return file
    }

    /// The file that is being filled is filled anew from its beginning.
    mutating func startOver(_ file: UInt64) { empty.remove(file) }

    // MARK: Giving back

    /// Gives a part of what is done back to the disk, but nothing of the file that is being filled. What cannot be given
    /// back stays; a start tries again.
    mutating func giveBack(besides current: UInt64?, _ willDelete: (UInt64) -> Void) {
        if let file = empty.first(where: { $0 != current }) {
            let path = directory.contentFile(file)
            guard let size = fileSize(at: path), size > ContentSpace.stepBytes,
                shorten(path, to: size - ContentSpace.stepBytes)
            else {
                willDelete(file)
                uses[file] = nil
                empty.remove(file)
                try? VirtualFile.delete(path, fileSystem: settings.fileSystem)
                return
            }
        } else if let file = sparse.first(where: { $0 != current }) {
            giveBackParts(of: file)
        }
    }

    private func shorten(_ path: String, to length: Int) -> Bool {
        guard let file = try? VirtualFile(path: path, fileSystem: settings.fileSystem) else { return false }
        return (try? file.truncate(to: length)) != nil
    }

    private mutating func giveBackParts(of file: UInt64) {
        let descriptor = open(directory.contentFile(file), O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return forgetReleased(file) }
        defer { close(descriptor) }
        var bytes = 0
        while bytes < ContentSpace.stepBytes, let place = uses[file]?.released.popLast() {
            // Where the file system cannot do that, the bytes stay as long as the file.
            leveret_free_range(descriptor, off_t(place.start), off_t(ContentPlace.aligned(place.end) - place.start))
            bytes += place.length
        }
        uses[file]?.releasedBytes -= bytes
        sparseBytes -= bytes
        if uses[file]?.released.isEmpty ?? true { sparse.remove(file) }
    }
}
