"""A raw connection to a broker which may end at any moment."""

from wire import CONNECTION_CLOSE, CONNECTION_CLOSE_OK, ConnectionEnded, Frame, Peer, method

CONNECTION_FORCED = 320


class DoomedPeer(Peer):
    """Takes the broker's farewell before a graceful stop for the end of the connection."""

    def read_frame(self) -> Frame:
        received = super().read_frame()
        if received.method != CONNECTION_CLOSE:
            return received
        code = received.arguments.short()
        assert code == CONNECTION_FORCED, f"unexpected {received}"
        self.send(method(0, CONNECTION_CLOSE_OK))
        raise ConnectionEnded("the broker shuts down")
