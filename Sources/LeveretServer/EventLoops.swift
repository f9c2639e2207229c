import NIOCore
import NIOPosix

/// The threads of a server to be. A program may start them while its broker opens its storage, which mostly waits for the
/// disk.
package struct EventLoops: Sendable {
    let group: MultiThreadedEventLoopGroup

    /// Starts the threads.
    package init(_ configuration: ServerConfiguration) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
    }

    /// Ends the threads. Once a server has been started with them that is the server's to do.
    package func shutDown() async {
        // Only threads that have ended already can fail to.
        try? await group.shutdownGracefully()
    }
}
