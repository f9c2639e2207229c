#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whose turn it is, and a condition variable at which the other one waits.
final class Turns: @unchecked Sendable {
    // Unchecked: what can change is touched only with the mutex held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isOthers = false
    private var isOver = false
    private var passedAt: UInt64 = 0

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Gives the turn away and waits until it comes back. Returns how long ago the other thread gave it, in nanoseconds.
    func passAndWait() -> UInt64 {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        pass(toOther: true)
        while isOthers { pthread_cond_wait(condition, mutex) }
        return MonotonicClock.now() - passedAt
    }

    /// For the other thread: gives back each turn that it gets, when it has done something.
    func answerUntilEnd(_ work: () -> Void = {}) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            while !isOthers, !isOver { pthread_cond_wait(condition, mutex) }
            if isOver { return }
            work()
            pass(toOther: false)
        }
    }

    /// Lets the other thread go.
    func end() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isOver = true
        pthread_cond_signal(condition)
    }

    private func pass(toOther: Bool) {
        isOthers = toOther
        passedAt = MonotonicClock.now()
        pthread_cond_signal(condition)
    }
}
