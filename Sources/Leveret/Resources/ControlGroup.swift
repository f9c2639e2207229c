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
        var folder = "/sys/fs/cgroup"
        var files = [folder + "/memory.max"]
        for name in own.split(separator: "/") {
            folder += "/" + name
            files.append(folder + "/memory.max")
        }
        return files + ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    }

    /// A number of bytes; the word `max`, and anything else, is none.
    static func limit(_ text: String) -> Int? {
        Int(text.filter { !$0.isWhitespace }).flatMap { $0 > 0 ? $0 : nil }
    }
}
