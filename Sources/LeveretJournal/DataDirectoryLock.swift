#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretCore

/// Keeps a data directory for one broker, or one offline tool, at a time. The operating system lets go of it when
/// the process ends, however it ends; the file stays.
package final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock or throws at once, naming the process that holds it.
    package init(_ directory: DataDirectory) throws {
        let opened = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw JournalFailure(
                permanent: "cannot write in the data directory \(directory.path): \(systemErrorText(errno)): "
                    + "give this user the right to write there or choose another data directory"
            )
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            let owner = number == EWOULDBLOCK ? DataDirectoryLock.owner(in: opened) : nil
            close(opened)
            throw DataDirectoryLock.failure(number, owner: owner, directory: directory)
        }
        descriptor = opened
        writeOwner()
    }

    deinit {
        // Closing alone would not give the lock back as long as a child of this process that is just being started has the
        // descriptor too. The file is not removed: another process may be opening it right now.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func failure(_ number: Int32, owner: String?, directory: DataDirectory) -> JournalFailure {
        guard number == EWOULDBLOCK else {
            return JournalFailure(
                permanent: "cannot lock \(directory.lock): \(systemErrorText(number)): "
                    + "choose a data directory on a file system that has locks"
            )
        }
        let who = owner.map { "another broker (pid \($0))" } ?? "another broker"
        return JournalFailure(
            permanent: "\(who) uses \(directory.path): stop it first or choose another data directory"
        )
    }

    private static func owner(in descriptor: Int32) -> String? {
        var digits = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &digits, digits.count, 0)
        let number = digits.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return number.isEmpty ? nil : String(decoding: number, as: UTF8.self)
    }

    /// The number only serves the message to a second broker, so that failing to write it is no reason to stop.
    private func writeOwner() {
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
