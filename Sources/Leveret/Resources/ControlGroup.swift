/// The control groups that Linux puts a process into, of which a container is one.
enum ControlGroup {
    /// The least memory that any of them grants; `nil` if none says anything.
    static var memoryLimit: Int? {
        let groups = FileSystem.text(of: "/proc/self/cgroup") ?? ""
        return limitFiles(groups: groups).compactMap(FileSystem.text).compactMap(limit).min()
    }

    /// Where limits may stand: in the group itself and in all above it, as version 2 has it, and where version 1 has
    /// that of a container.
    static func limitFiles(groups: String) -> [String] {
        let own = groups.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst("0::/".count) ?? ""
        let folders = own.split(separator: "/")
        let unified = (0...folders.count).map { depth in
            (["/sys/fs/cgroup"] + folders.prefix(depth)).joined(separator: "/") + "/memory.max"
        }
        return unified + ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    }

    /// A number of bytes; the word `max`, and anything else, is none.
    static func limit(_ text: String) -> Int? {
        Int(text.filter { !$0.isWhitespace }).flatMap { $0 > 0 ? $0 : nil }
    }
}
