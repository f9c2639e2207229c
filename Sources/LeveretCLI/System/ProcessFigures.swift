#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a process has used so far, as `/proc` tells it.
struct ProcessFigures: Hashable {
    /// Processor time, the system's on the process's behalf included.
    var processorMicroseconds: UInt64
    /// Memory that is resident now, and the most that ever was.
    var residentBytes: UInt64
    var peakResidentBytes: UInt64

    /// Throws if there is no such process or the system has no `/proc`.
    init(process: Int32) throws(SystemError) {
        let status = try TextFile.read("/proc/\(process)/status")
        let stat = try TextFile.read("/proc/\(process)/stat")
        self.init(stat: stat, status: status, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)))
    }

    init(stat: String, status: String, ticksPerSecond: Int) {
        let ticks = Self.ticks(in: stat)
        processorMicroseconds = ticks * 1_000_000 / UInt64(max(ticksPerSecond, 1))
        residentBytes = Self.bytes(of: "VmRSS", in: status)
        peakResidentBytes = Self.bytes(of: "VmHWM", in: status)
    }

    /// Lets the peak of a process's memory count from now on, where the system and one's rights allow it.
    static func resetPeak(ofProcess process: Int32) {
        let descriptor = open("/proc/\(process)/clear_refs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, "5", 1)
        close(descriptor)
    }

    /// The processor time of this process.
    static func ownProcessorMicroseconds() -> UInt64 {
        var usage = rusage()
        guard getrusage(ownUsage, &usage) == 0 else { return 0 }
        let seconds = UInt64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        return seconds * 1_000_000 + UInt64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    /// User and system time are the 12th and 13th field after the program's name, which may hold anything.
    private static func ticks(in stat: String) -> UInt64 {
        guard let end = stat.lastIndex(of: ")") else { return 0 }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 12 else { return 0 }
        return (UInt64(fields[11]) ?? 0) &+ (UInt64(fields[12]) ?? 0)
    }

    private static func bytes(of field: String, in status: String) -> UInt64 {
        for line in status.split(separator: "\n") where line.hasPrefix(field + ":") {
            let number = line.dropFirst(field.count + 1).filter(\.isNumber)
            return (UInt64(number) ?? 0) * 1024
        }
        return 0
    }

    #if canImport(Glibc)
    private static var ownUsage: __rusage_who_t { __rusage_who_t(RUSAGE_SELF.rawValue) }
    #else
    private static var ownUsage: Int32 { RUSAGE_SELF }
    #endif
}
