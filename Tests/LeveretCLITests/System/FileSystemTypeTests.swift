import Testing

@testable import LeveretCLI

struct FileSystemTypeTests {
    private static let mounts = """
        /dev/sda1 / ext4 rw 0 0
        proc /proc proc rw 0 0
        tmpfs /tmp tmpfs rw 0 0
        /dev/sdb1 /tmp/disk xfs rw 0 0
        /dev/sdc1 /data ext4 rw 0 0
        /dev/sdd1 /data btrfs rw 0 0

        """

    @Test(arguments: [
        ("/", "ext4"), ("/var/lib", "ext4"), ("/tmp", "tmpfs"), ("/tmp/a", "tmpfs"), ("/tmpa", "ext4"),
        ("/tmp/disk/a", "xfs"), ("/data", "btrfs"),
    ])
    func `the deepest mount that a path lies in counts, and the last of several`(path: String, type: String) {
        #expect(FileSystemType.name(of: path, mounts: Self.mounts) == type)
    }

    @Test func `what is not there has no file system`() {
        #expect(FileSystemType.name(of: "/nowhere") == nil)
        #expect(FileSystemType.name(of: "/a", mounts: "") == nil)
    }

    @Test func `memory is told from disks`() {
        #expect(FileSystemType.isMemory("tmpfs"))
        #expect(!FileSystemType.isMemory("ext4"))
        #expect(!FileSystemType.isMemory(nil))
    }
}
