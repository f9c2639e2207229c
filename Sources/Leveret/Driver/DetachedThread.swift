/// A thread for one piece of blocking work, so that it does not hold up a cooperative one.
enum DetachedThread {
    static func run(_ body: @escaping @Sendable () -> Void) {
        WorkerThread(inbox: ()).start(body)
    }
}
