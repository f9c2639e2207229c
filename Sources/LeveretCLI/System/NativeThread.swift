#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of the operating system, for work that blocks on sockets.
struct NativeThread {
    private let thread: pthread_t

    /// Starts a thread that runs `body` once.
    static func start(_ body: @escaping @Sendable () -> Void) throws -> NativeThread {
        let context = Unmanaged.passRetained(Body(body))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, runBody, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw SystemError(code: code, action: "start a thread")
        }
        #if canImport(Darwin)
        guard let thread else { throw SystemError(code: EAGAIN, action: "start a thread") }
        #endif
        return NativeThread(thread: thread)
    }

    /// Waits until the thread has ended. To be called once.
    func join() { pthread_join(thread, nil) }

    /// Runs blocking work on a thread of its own and waits for its result without blocking a task's thread.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                let thread = try start { continuation.resume(with: Swift.Result { try body() }) }
                pthread_detach(thread.thread)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
private func runBody(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
#else
private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
#endif
