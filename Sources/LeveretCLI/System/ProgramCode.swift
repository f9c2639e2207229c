#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The code of this program and of its libraries, as it lies in this process's memory.
enum ProgramCode {
    /// Takes the code out of this process's memory. What is run again is found where the system keeps its files; what was
    /// needed for starting only does not come back. Without `/proc` nothing happens.
    ///
    /// The system maps what a program touches in groups of pages, so that one that has just started holds most of itself.
    static func unmap() {
        guard let mappings = try? TextFile.read("/proc/self/maps") else { return }
        for line in mappings.split(separator: "\n") {
            guard let range = codeRange(of: line) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The addresses of a mapping that is code from a file and cannot be written to; `nil` for any other.
    static func codeRange(of mapping: Substring) -> Range<UInt>? {
        let words = mapping.split(separator: " ")
        guard words.count == 6, words[1] == "r-xp", words[5].hasPrefix("/") else { return nil }
        let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, 0 < bounds[0], bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
