#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A shell command that gets a body on its standard input.
struct CommandProcess {
    let command: String
    /// Added to this process's environment.
    var variables: [String: String] = [:]

    /// Runs the command to its end; blocks the thread. A command that does not read all of its input is none the
    /// worse for it.
    func run(input: UnsafeRawBufferPointer) throws(SystemError) -> ChildProcess.Ending {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .last("make a pipe") }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // No other command may hold this one's input open.
        _ = fcntl(readEnd, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writeEnd, F_SETFD, FD_CLOEXEC)
        let process: ChildProcess
        do throws(SystemError) {
            process = try .start("/bin/sh", arguments: ["-c", command], variables: variables, input: readEnd)
        } catch {
            close(readEnd)
            close(writeEnd)
            throw error
        }
        close(readEnd)
        feed(input, into: writeEnd)
        close(writeEnd)
        return try process.wait()
    }

    private func feed(_ input: UnsafeRawBufferPointer, into descriptor: Int32) {
        var written = 0
        while written < input.count {
            let count = write(descriptor, input.baseAddress.map { $0 + written }, input.count - written)
            if count > 0 {
                written += count
            } else if errno != EINTR {
                return
            }
        }
    }
}
