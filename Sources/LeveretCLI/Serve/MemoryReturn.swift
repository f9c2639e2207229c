import CAllocator
import ServiceLifecycle

/// Gives memory back to the system that the broker needed for a while: the code that started it, and what the allocator
/// keeps of what was freed, which after a burst may be hundreds of megabytes.
struct MemoryReturn: Service {
    private static let interval: Duration = .seconds(5)
    /// Clients that have waited for the start need some of the code that is let go of then.
    private static let firstPause: Duration = .seconds(1)
    /// Less is left to the allocator, which will need it soon.
    private static let keptBytes = 16 << 20

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard (try? await Task.sleep(for: Self.firstPause)) != nil else { return }
            ProgramCode.unmap()
            while (try? await Task.sleep(for: Self.interval)) != nil {
                if leveret_kept_bytes() > Self.keptBytes { leveret_return_kept_bytes() }
            }
        }
    }
}
