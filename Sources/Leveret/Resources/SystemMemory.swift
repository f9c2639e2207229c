import CAllocator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The memory of this process and of the machine, as the system tells it.
enum SystemMemory {
    #if canImport(Darwin)
    static var total: Int? {
        var size: UInt64 = 0
        var length = MemoryLayout<UInt64>.size
        return sysctlbyname("hw.memsize", &size, &length, nil, 0) == 0 ? Int(clamping: size) : nil
    }

    static var used: Int? {
        var usage = rusage_info_v2()
        let code = withUnsafeMutablePointer(to: &usage) { pointer in
            pointer.withMemoryRebound(to: (rusage_info_t?).self, capacity: 1) {
                proc_pid_rusage(getpid(), RUSAGE_INFO_V2, $0)
            }
        }
        return code == 0 ? Int(clamping: usage.ri_phys_footprint) : nil
    }

    #else
    /// The machine's memory, or the limit of a control group that the process is in, whichever is less.
    static var total: Int? {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        guard pages > 0, pageSize > 0 else { return nil }
        return min(pages * pageSize, ControlGroup.memoryLimit ?? .max)
    }

    /// What is resident, without the pages of files: these the system takes back when it needs them.
    static var used: Int? {
        guard let text = FileSystem.text(of: "/proc/self/statm") else { return nil }
        let fields = text.split(separator: " ").prefix(3).compactMap { Int($0) }
        guard fields.count == 3 else { return nil }
        return max(0, fields[1] - fields[2]) * pageSize
    }

    private static var pageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }
    #endif

    /// Lets the allocator return what was freed.
    static func giveBackUnused() { leveret_return_kept_bytes() }
}
