import FoundationEssentials
import Leveret

/// Asks a running broker through the socket in its data directory.
struct OperatorClient {
    let directory: String
    /// How long to wait for an answer.
    var timeoutMilliseconds = 10_000

    private static let answerLimit = 1 << 30

    /// Sends a request and gives the broker's answer.
    func ask<Request: OperatorRequest>(_ request: Request) throws -> Request.Answer {
        let line = [UInt8](try JSONEncoder().encode(OperatorMessage(request))) + [UInt8(ascii: "\n")]
        let response = Data(try exchange(line))
        if let refusal = try? JSONDecoder().decode(OperatorRefusal.self, from: response) {
            throw CommandFailure(.refused, "the broker refused it: \(refusal.error)")
        }
        guard let answer = try? JSONDecoder().decode(OperatorAnswer<Request.Answer>.self, from: response) else {
            throw CommandFailure(.failed, "the broker at \(path) gave an answer that this version does not know")
        }
        return answer.answer
    }

    private var path: String { directory.hasSuffix("/") ? directory + "leveret.sock" : directory + "/leveret.sock" }

    private func exchange(_ line: [UInt8]) throws -> [UInt8] {
        let socket: StreamSocket
        do throws(SystemError) {
            socket = try StreamSocket.connect(path: path)
        } catch {
            throw CommandFailure(
                .unreachable,
                "no broker answers at \(path) (\(error.reason)): start one, or name its directory with --data"
            )
        }
        socket.setTimeout(milliseconds: timeoutMilliseconds)
        try line.withUnsafeBytes { try socket.sendAll($0) }
        return try receiveLine(socket)
    }

    private func receiveLine(_ socket: StreamSocket) throws -> [UInt8] {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while answer.last != UInt8(ascii: "\n"), answer.count < Self.answerLimit {
            switch try chunk.withUnsafeMutableBytes({ try socket.receive(into: $0) }) {
            case .moved(let count): answer.append(contentsOf: chunk[..<count])
            case .nothing: throw CommandFailure(.unreachable, "the broker at \(path) does not answer")
            case .ended: throw CommandFailure(.unreachable, "the broker at \(path) has hung up")
            }
        }
        return answer
    }
}
