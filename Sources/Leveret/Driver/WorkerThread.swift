#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of its own for work that blocks, and the wish list that it sleeps on.
///
/// `Inbox` is what others leave for the thread; it is touched only through `update` and by the thread's body.
final class WorkerThread<Inbox>: @unchecked Sendable {
    // Unchecked: `inbox` is touched only with the mutex held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var inbox: Inbox
    private var thread: pthread_t?

    init(inbox: Inbox) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        WorkerThread.prepare(condition)
        self.inbox = inbox
    }

    /// Waiting is by a clock that nobody sets.
    private static func prepare(_ condition: UnsafeMutablePointer<pthread_cond_t>) {
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Starts the thread, which runs `body` once.
    func start(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(ThreadBody(body))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let result = pthread_create(&thread, nil, runThreadBody, context.toOpaque())
        precondition(result == 0, "the system refuses to start a thread (error \(result))")
        self.thread = thread
    }

    /// Changes the inbox and wakes the thread, which then finds the mutex free.
    func update<Result>(_ change: (inout Inbox) -> Result) -> Result {
        defer { pthread_cond_signal(condition) }
        return inspect(change)
    }

    /// Reads the inbox, or changes what the thread need not be woken for.
    func inspect<Result>(_ look: (inout Inbox) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return look(&inbox)
    }

    /// For the thread: waits until `take` finds something in the inbox, at most so long if that is given.
    func wait<Result>(_ longest: Duration? = nil, until take: (inout Inbox) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let deadline = longest.map { ContinuousClock.now.advanced(by: $0) }
        while true {
            if let result = take(&inbox) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            wait(for: left)
        }
    }

    /// With the mutex held: waits for a signal. Never so long that a thread would notice late that the machine has slept,
    /// which its clock does not count.
    private func wait(for longest: Duration) {
        let (seconds, attoseconds) = min(longest, .seconds(10)).components
        var time = timespec()
        #if canImport(Darwin)
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int(attoseconds / 1_000_000_000)
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = Int(time.tv_nsec) + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }

    /// Waits until the thread's body has returned.
    func join() {
        guard let thread else { return }
        pthread_join(thread, nil)
        self.thread = nil
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
private func runThreadBody(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
#else
private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
#endif
