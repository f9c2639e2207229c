package import LeveretModel

/// Puts together the contents of one channel out of frames that arrive apart.
///
/// The order of frames is: a method that carries content, one content header, and body frames until the announced
/// size is reached. Every other order is an error of the connection.
///
/// Frames are given to it one by one. The method and the header are kept as copies, so nothing points into a read
/// buffer that may be gone when the body arrives; a body that comes whole in one frame is handed on in place.
package struct ContentAssembler {
    /// A complete content. Its pointers are valid until the assembler is used again or the read buffer goes,
    /// whichever is first.
    package struct Content {
        /// The payload of the method's frame, with the class and method number.
        package var method: UnsafeRawBufferPointer
        /// The flag words and the property list, not yet checked.
        package var properties: UnsafeRawBufferPointer
        package var body: UnsafeRawBufferPointer
    }

    /// What came of a frame.
    package enum Outcome {
        /// More frames must come.
        case incomplete
        case complete(Content)
        /// The announced body exceeds the limit; its frames will be dropped without another word.
        case tooLarge(bodySize: UInt64)
    }

    private enum State {
        case idle
        case expectingHeader(MethodID)
        case expectingBody(MethodID, left: Int)
        case dropping(MethodID, left: UInt64)
    }

    private var state = State.idle
    private let storage = ContentStorage()
    /// A longer body is refused, in bytes.
    package var bodyLimit: Int

    package init(bodyLimit: Int = Int(FrameLimits.bodySizeLimit)) {
        self.bodyLimit = bodyLimit
    }

    /// Whether a method would be out of order now.
    package var expectsContent: Bool {
        if case .idle = state { false } else { true }
    }

    /// Forgets a content that will not be completed.
    package mutating func reset() {
        state = .idle
        storage.clear()
    }
}

// MARK: - Frames

extension ContentAssembler {
    /// Checks that a method may come now.
    ///
    /// - Throws: 505 if the frames of a content are not all there.
    package func expectMethod(_ method: MethodID) throws(WireError) {
        switch state {
        case .idle: return
        case .expectingHeader(let pending):
            throw Self.unexpected(
                "expected content header for class \(pending.classID), got \(method.name) instead",
                pending
            )
        case .expectingBody(let pending, _), .dropping(let pending, _):
            throw Self.unexpected("expected content body, got \(method.name) instead", pending)
        }
    }

    /// Takes the payload of a method that carries content.
    ///
    /// - Throws: 505 if the frames of the content before are not all there.
    package mutating func begin(method payload: UnsafeRawBufferPointer) throws(WireError) {
        let method = try MethodID(payload: payload)
        try expectMethod(method)
        storage.begin(method: payload)
        state = .expectingHeader(method)
    }

    /// Takes the payload of a header frame.
    ///
    /// - Throws: 505 if no header is due or it is of another class, 501 if it announces more than any body may have.
    package mutating func receive(header payload: UnsafeRawBufferPointer) throws(WireError) -> Outcome {
        guard case .expectingHeader(let method) = state else { throw unexpectedHeader() }
        let header = try ContentHeaderView(payload: payload)
        guard header.classID == method.classID else {
            throw Self.unexpected(
                "expected content header for class \(method.classID), got one for class \(header.classID) instead",
                method
            )
        }
        guard header.bodySize <= FrameLimits.bodySizeLimit else {
            throw WireError(.frameError, "a body of \(header.bodySize) bytes is announced", method: method)
        }
        guard header.bodySize <= UInt64(max(bodyLimit, 0)) else {
            state = .dropping(method, left: header.bodySize)
            return .tooLarge(bodySize: header.bodySize)
        }
        let bodySize = Int(header.bodySize)
        storage.append(properties: header.properties)
        state = .expectingBody(method, left: bodySize)
        return bodySize == 0 ? complete(storage.body) : .incomplete
    }

    /// Takes the payload of a body frame.
    ///
    /// - Throws: 505 if no body is due, 501 if it is longer than announced.
    package mutating func receive(body part: UnsafeRawBufferPointer) throws(WireError) -> Outcome {
        switch state {
        case .idle: throw Self.unexpected("expected method frame, got content body instead", nil)
        case .expectingHeader(let method):
            throw Self.unexpected(
                "expected content header for class \(method.classID), got content body instead",
                method
            )
        case .expectingBody(let method, let left): return try append(part, to: method, left: left)
        case .dropping(let method, let left):
            guard part.count <= left else { throw Self.tooLong(method) }
            let rest = left - UInt64(part.count)
            state = rest == 0 ? .idle : .dropping(method, left: rest)
            return .incomplete
        }
    }

    private mutating func append(
        _ part: UnsafeRawBufferPointer,
        to method: MethodID,
        left: Int
    ) throws(WireError) -> Outcome {
        guard part.count <= left else { throw Self.tooLong(method) }
        if part.count == left, storage.body.isEmpty { return complete(part) }
        storage.append(body: part, announced: storage.body.count + left)
        state = .expectingBody(method, left: left - part.count)
        return part.count == left ? complete(storage.body) : .incomplete
    }

    private mutating func complete(_ body: UnsafeRawBufferPointer) -> Outcome {
        state = .idle
        return .complete(Content(method: storage.method, properties: storage.properties, body: body))
    }
}

// MARK: - Errors

extension ContentAssembler {
    private func unexpectedHeader() -> WireError {
        switch state {
        case .idle, .expectingHeader:
            Self.unexpected("expected method frame, got content header instead", nil)
        case .expectingBody(let method, _), .dropping(let method, _):
            Self.unexpected("expected content body, got content header instead", method)
        }
    }

    private static func unexpected(_ explanation: String, _ method: MethodID?) -> WireError {
        WireError(.unexpectedFrame, explanation, method: method)
    }

    private static func tooLong(_ method: MethodID) -> WireError {
        WireError(.frameError, "the content body is longer than announced", method: method)
    }
}
