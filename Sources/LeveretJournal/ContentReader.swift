/// Reads contents that lie in files beside the database.
final class ContentReader {
    /// Up to which size the memory for one content is kept for the next.
    private static let keptCapacity = 4 << 20

    private let directory: DataDirectory
    private let fileSystem: String?
    /// The file that was read last: the next content mostly lies in it, too.
    private var last: (number: UInt64, file: VirtualFile)?
    private var memory: [UInt8] = []

    init(_ directory: DataDirectory, fileSystem: String?) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    /// Lends `body` the bytes of a content.
    func withContent<Result>(
        _ place: ContentPlace,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let file = try wholeFile(of: place)
        defer { if memory.count > ContentReader.keptCapacity { memory = [] } }
        if memory.count < place.length { memory = [UInt8](repeating: 0, count: place.length) }
        return try memory.withUnsafeMutableBytes { bytes in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<place.length])
            try read(place, of: file, into: bytes)
            return try body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Reads a content into the memory that `room` gives for so many bytes, and gives that.
    func read(
        _ place: ContentPlace,
        into room: (Int) -> UnsafeMutableRawBufferPointer
    ) throws -> UnsafeMutableRawBufferPointer {
        let file = try wholeFile(of: place)
        let bytes = room(place.length)
        try read(place, of: file, into: bytes)
        return bytes
    }

    /// The file of a content, which is long enough for it: the length is the database's word, and memory is to be taken
    /// for that much.
    private func wholeFile(of place: ContentPlace) throws -> VirtualFile {
        let file = try file(place.file)
        try requireWhole(place)
        return file
    }

    private func read(_ place: ContentPlace, of file: VirtualFile, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard try file.read(into: bytes, at: place.start) else { throw damage(place, "ends before it") }
    }

    /// Throws if the file of a content is not there, or too short for it.
    func requireWhole(_ place: ContentPlace) throws {
        guard let size = fileSize(at: directory.contentFile(place.file)) else { throw damage(place, "is missing") }
        guard place.end <= size else { throw damage(place, "has only \(size) of \(place.end) bytes") }
    }

    /// The file is about to be deleted.
    func forget(_ number: UInt64) {
        if last?.number == number { last = nil }
    }

    private func file(_ number: UInt64) throws -> VirtualFile {
        if let last, last.number == number { return last.file }
        let path = directory.contentFile(number)
        // To open a file is to make it, and one that is missing must not be hidden by an empty one.
        guard fileSize(at: path) != nil else { throw Damage(whole: "its content file \(path) is missing") }
        let file = try VirtualFile(path: path, fileSystem: fileSystem)
        last = (number, file)
        return file
    }

    private func damage(_ place: ContentPlace, _ what: String) -> Damage {
        Damage(whole: "its content file \(directory.contentFile(place.file)) \(what)")
    }
}
