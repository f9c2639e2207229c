#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CFaultyDisk

/// What is on a disk: what was forced there, and what may have got there.
struct DiskImage {
    /// What the loss of power does with what was not forced to the disk.
    enum Loss {
        case everything
        case nothing
        /// Each write is there, is not there, or only some of its sectors are.
        case some(seed: UInt64)
    }

    private static let sector = 512
    private var forced: [String: [UInt8]]
    private var pending: [String: [FaultyDisk.Entry]] = [:]

    init(files: [String: [UInt8]]) { forced = files }

    mutating func apply(_ entry: FaultyDisk.Entry) {
        switch entry.operation {
        case FAULTY_DISK_REMARK: break
        case FAULTY_DISK_SYNC:
            for change in pending[entry.file] ?? [] { DiskImage.apply(change, to: &forced[entry.file]) }
            pending[entry.file] = nil
        default: pending[entry.file, default: []].append(entry)
        }
    }

    /// Writes into the folder what a start finds.
    func write(to directory: TemporaryDirectory, after loss: Loss) throws {
        var files = forced
        var generator = Generator(loss)
        for (file, changes) in pending.sorted(by: { $0.key < $1.key }) {
            for change in changes { DiskImage.keep(change, &files[file], &generator) }
        }
        for name in TemporaryDirectory.names(in: directory.path) where files[name] == nil {
            unlink("\(directory.path)/\(name)")
        }
        for (name, bytes) in files { try TemporaryDirectory.write(bytes, to: "\(directory.path)/\(name)") }
    }

    private static func apply(_ change: FaultyDisk.Entry, to file: inout [UInt8]?) {
        switch change.operation {
        case FAULTY_DISK_OPEN: file = file ?? []
        case FAULTY_DISK_DELETE: file = nil
        case FAULTY_DISK_TRUNCATE: file = file.map { Array($0.prefix(change.number)) }
        default: write(change.bytes[...], at: change.number, to: &file)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, at offset: Int, to file: inout [UInt8]?) {
        guard let count = file?.count else { return }
        let end = offset + bytes.count
        if count < end { file? += [UInt8](repeating: 0, count: end - count) }
        file?.replaceSubrange(offset..<end, with: bytes)
    }

    private static func keep(_ change: FaultyDisk.Entry, _ file: inout [UInt8]?, _ generator: inout Generator) {
        switch generator.next() {
        case .whole: apply(change, to: &file)
        case .nothing: break
        case .part:
            guard change.operation == FAULTY_DISK_WRITE else { return }
            let end = change.number + change.bytes.count
            var start = change.number
            while start < end {
                let next = min(end, (start / sector + 1) * sector)
                let part = change.bytes[start - change.number..<next - change.number]
                if case .whole = generator.next() { write(part, at: start, to: &file) }
                start = next
            }
        }
    }

    private struct Generator {
        enum Choice { case whole, part, nothing }

        private let loss: Loss
        private var state: UInt64 = 0

        init(_ loss: Loss) {
            self.loss = loss
            if case .some(let seed) = loss { state = seed }
        }

        mutating func next() -> Choice {
            switch loss {
            case .everything: return .nothing
            case .nothing: return .whole
            case .some:
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return [.whole, .nothing, .part][Int((state >> 33) % 3)]
            }
        }
    }
}
