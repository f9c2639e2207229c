/// Copies the contents that a database speaks of, a piece at a time. Until it is gone none of them is given back.
final class ContentCopy {
    /// How many bytes one step copies.
    private static let stepBytes = 1 << 20

    private let source: DataDirectory
    private let target: DataDirectory
    private let hold: ContentFiles.Hold?
    /// What is left, the next at the end.
    private var places: [ContentPlace]
    /// How much of the next is copied.
    private var done = 0
    private var files: (number: UInt64, source: VirtualFile, target: VirtualFile)?
    private var piece = [UInt8](repeating: 0, count: ContentCopy.stepBytes)

    /// To be made as soon as the database is copied, before it changes.
    init(
        of database: SQLiteConnection,
        in source: DataDirectory,
        to target: DataDirectory,
        _ hold: ContentFiles.Hold?
    ) throws {
        self.source = source
        self.target = target
        self.hold = hold
        places = []
        // A database of an older format, copied as it is, has none.
        guard try JournalDatabase.formatVersion(database) >= Schema.firstVersionWithContentFiles else { return }
        let rows = try database.prepare(ContentPlaceRow.selectSQL)
        while try rows.step() { places.append(try ContentPlaceRow(rows).place) }
        places.sort { ($0.file, $0.start) > ($1.file, $1.start) }
    }

    /// Copies a piece. Gives whether there is more; if not, the copies are on the disk.
    func step() throws -> Bool {
        guard let place = places.last else {
            try finishFile()
            return false
        }
        let files = try files(of: place)
        let count = min(ContentCopy.stepBytes, place.length - done)
        try piece.withUnsafeMutableBytes { bytes in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
            guard try files.source.read(into: bytes, at: place.start + done) else {
                throw Damage(whole: "its content file \(source.contentFile(place.file)) ends too early")
            }
            try files.target.write(UnsafeRawBufferPointer(bytes), at: place.start + done)
        }
        done += count
        if done == place.length {
            places.removeLast()
            done = 0
        }
        return true
    }

    private func files(of place: ContentPlace) throws -> (source: VirtualFile, target: VirtualFile) {
        if let files, files.number == place.file { return (files.source, files.target) }
        try finishFile()
        let path = source.contentFile(place.file)
        guard fileSize(at: path) != nil else { throw Damage(whole: "its content file \(path) is missing") }
        try createPrivateFile(target.contentFile(place.file), in: target)
        let opened = (
            place.file,
            try VirtualFile(path: path, fileSystem: nil),
            try VirtualFile(path: target.contentFile(place.file), fileSystem: nil, isBesideDatabase: false)
        )
        files = opened
        return (opened.1, opened.2)
    }

    private func finishFile() throws {
        try files?.target.synchronize()
        files = nil
    }
}
