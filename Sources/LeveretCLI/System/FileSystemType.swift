#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What kind of file system a directory is on, as `mount` names it.
enum FileSystemType {
    /// Kinds that have no disk below them.
    private static let memory: Set<String> = ["tmpfs", "ramfs"]

    /// For example `ext4`; `nil` if there is no such directory or the system has no `/proc`.
    static func name(of directory: String) -> String? {
        guard let real = realpath(directory, nil) else { return nil }
        defer { free(real) }
        guard let mounts = try? TextFile.read("/proc/self/mounts") else { return nil }
        return name(of: String(cString: real), mounts: mounts)
    }

    /// The kind of the last of the deepest mounts that a path lies in. Each line of `mounts` is
    /// `DEVICE MOUNTPOINT TYPE ...`.
    static func name(of path: String, mounts: String) -> String? {
        var found: (depth: Int, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let point = fields[1].hasSuffix("/") ? String(fields[1]) : fields[1] + "/"
            guard "\(path)/".hasPrefix(point), point.utf8.count >= found?.depth ?? 0 else { continue }
            found = (point.utf8.count, String(fields[2]))
        }
        return found?.type
    }

    /// Whether what is forced to the disk there goes nowhere.
    static func isMemory(_ name: String?) -> Bool { name.map(memory.contains) ?? false }
}
